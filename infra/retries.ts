type Retry = Parameters<ReturnType<typeof sst.aws.StepFunctions.lambdaInvoke>["retry"]>[0];

/**
 * Transient errors: our own that say so, a function or a task that ran out of time, and faults of Lambda.
 * A permanent one (403, a listing that makes no sense, a malformed file) is in no rule and fails at once.
 * Lambda's errors: https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
 */
export const retryTransient = {
  errors: [
    "SourceUnavailable",
    "FileSizeMismatch",
    "StorageUnavailable",
    "WriteConflict",
    "Sandbox.Timedout",
    "States.Timeout",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.TooManyRequestsException",
    "Lambda.EC2ThrottledException",
    "Lambda.ENILimitReachedException",
    "Lambda.ResourceNotReadyException",
  ],
  interval: "2 seconds",
  backoffRate: 2,
  maxAttempts: 5,
  maxDelay: "1 minute",
  jitterStrategy: "FULL",
} satisfies Retry;

/** The source asked us to come back later than the function could wait: no sooner than a minute, and no jitter. */
export const retryBusy = {
  errors: ["SourceBusy"],
  interval: "60 seconds",
  backoffRate: 2,
  maxAttempts: 5,
  maxDelay: "15 minutes",
  jitterStrategy: "NONE",
} satisfies Retry;

/**
 * Faults of a single file, which SyncFiles records while it syncs the others. Faults of the source (403, 5xx after the retries) and
 * of S3 are not among them: they fail the run at once.
 */
export const faultsOfOneFile = [
  "FileNameRefused",
  "FileRefused",
  "FileMissing",
  "FileSizeMismatch",
  // Of a file's own address: a redirect elsewhere, an encoding that was not asked for, a status such as 400.
  "SourceAnswerRefused",
  // A source that sends nothing for a minute is SourceUnavailable: what runs out of time is a file that is too large for its pace.
  "Sandbox.Timedout",
  "States.Timeout",
];

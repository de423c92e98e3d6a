type Retry = Parameters<ReturnType<typeof sst.aws.StepFunctions.lambdaInvoke>["retry"]>[0];

/**
 * Transient errors: our own transient errors, timeouts of a function or task, and Lambda faults. A permanent
 * error (403, an invalid listing, a malformed file) matches no rule and fails at once. Lambda's errors:
 * https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
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

/**
 * The source asked for a longer wait than the function had time for. Retries follow after a minute or
 * more, without jitter.
 */
export const retryBusy = {
  errors: ["SourceBusy"],
  interval: "60 seconds",
  backoffRate: 2,
  maxAttempts: 5,
  maxDelay: "15 minutes",
  jitterStrategy: "NONE",
} satisfies Retry;

/**
 * Faults of a single file, which SyncFiles records while it syncs the other files. Faults of the source (403,
 * 5xx after the retries) and of S3 are not included: they fail the run at once.
 */
export const faultsOfOneFile = [
  "FileNameRefused",
  "FileRefused",
  "FileMissing",
  "FileSizeMismatch",
  // For a file's own URL: a redirect to another host, an encoding that was not requested, or a status
  // such as 400.
  "SourceAnswerRefused",
  // If the source sends nothing for a minute, the error is SourceUnavailable, so a timeout means that the file
  // is too large for the source's speed.
  "Sandbox.Timedout",
  "States.Timeout",
];

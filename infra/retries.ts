type Retry = Parameters<ReturnType<typeof sst.aws.StepFunctions.lambdaInvoke>["retry"]>[0];

/**
 * What can pass by itself: our own errors that say so, a function or a task that ran out of time, and faults of Lambda.
 * What cannot (403, a listing that makes no sense, a malformed file) is in no rule and fails at once.
 * Lambda's errors: https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
 */
export const againWhenItCanPass = {
  errors: [
    "SourceUnavailable",
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

/** The source said when to come back, later than the function could wait: no sooner than a minute, and no jitter. */
export const againWhenBusy = {
  errors: ["SourceBusy"],
  interval: "60 seconds",
  backoffRate: 2,
  maxAttempts: 5,
  maxDelay: "15 minutes",
  jitterStrategy: "NONE",
} satisfies Retry;

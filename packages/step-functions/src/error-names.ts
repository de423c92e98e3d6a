/** The error names of the States Language that this interpreter uses. */
export const ErrorName = {
  all: "States.ALL",
  taskFailed: "States.TaskFailed",
  timeout: "States.Timeout",
  heartbeatTimeout: "States.HeartbeatTimeout",
  runtime: "States.Runtime",
  dataLimitExceeded: "States.DataLimitExceeded",
  queryEvaluation: "States.QueryEvaluationError",
} as const;

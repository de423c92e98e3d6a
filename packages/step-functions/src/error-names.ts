/** The error names that the States Language predefines, as far as this interpreter gives them. */
export const ErrorName = {
  all: "States.ALL",
  taskFailed: "States.TaskFailed",
  timeout: "States.Timeout",
  heartbeatTimeout: "States.HeartbeatTimeout",
  runtime: "States.Runtime",
  dataLimitExceeded: "States.DataLimitExceeded",
  queryEvaluation: "States.QueryEvaluationError",
} as const;

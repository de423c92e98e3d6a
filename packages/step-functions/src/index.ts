/** A local AWS Step Functions: the public API. */
export { type Clock, systemClock } from "./clock.ts";
export type { HistoryEvent, HistoryRecord } from "./history.ts";
export type { Json, JsonObject } from "./json.ts";
export type { InvokeLambda, InvokeOptions, LambdaResult } from "./lambda.ts";
export type { StatusChange } from "./status-change.ts";
export { createStepFunctions, type StepFunctions, type StepFunctionsOptions } from "./step-functions.ts";
export { entryName } from "./store/names.ts";

/** For tests and measurements: state machines that run in memory, on a clock that does not wait. */
export { checkDefinition } from "./definition/check.ts";
export type { Ending } from "./interpreter/execution.ts";
export { openCalls, raise } from "./interpreter/lambda.test-support.ts";
export { type MemoryRunOptions, runInMemory } from "./interpreter/memory-run.ts";
export { isJsonObject } from "./json.ts";
export { virtualClock } from "./virtual-clock.ts";

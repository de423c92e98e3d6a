import type { JsonObject } from "../json.ts";

/** What a task passes to StartExecution. `input` is JSON text. */
export type StartRequest = {
  stateMachineArn: string;
  name?: string;
  input: string;
  traceHeader?: string;
};

/** An execution that a task of another execution started. */
export type NestedExecution = {
  executionArn: string;
  /** Milliseconds since 1970. */
  startDate: number;
  /**
   * Resolves once the execution has ended and its result is on disk. The value is the response of DescribeExecution
   * in the format for integrations: PascalCase keys in alphabetical order, dates in milliseconds, and Input and
   * Output as JSON text.
   */
  ended(): Promise<JsonObject>;
  /** Stops the execution, unless it has ended. Resolves when its end is on disk. */
  stop(cause: string): Promise<void>;
};

/** Starts an execution of a state machine. Resolves when its first event is on disk. Throws ApiException. */
export type StartNested = (request: StartRequest) => Promise<NestedExecution>;

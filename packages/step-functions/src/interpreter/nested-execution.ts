import type { JsonObject } from "../json.ts";

/** What a task passes to StartExecution. `input` is JSON text. */
export type StartRequest = {
  stateMachineArn: string;
  name?: string;
  input: string;
  traceHeader?: string;
};

/** An execution that a task of another one started. */
export type NestedExecution = {
  executionArn: string;
  /** Milliseconds since 1970. */
  startDate: number;
  /**
   * Resolves once it has ended and its end is on the disk, with the answer of DescribeExecution in the form that
   * integrations give it: PascalCase, keys in alphabetical order, dates in milliseconds, Input and Output as JSON text.
   */
  ended(): Promise<JsonObject>;
  /** Stops it, unless it has ended. Resolves when its end is on the disk. */
  stop(cause: string): Promise<void>;
};

/** Starts an execution of a state machine. Resolves when its first event is on the disk; throws ApiException. */
export type StartNested = (request: StartRequest) => Promise<NestedExecution>;

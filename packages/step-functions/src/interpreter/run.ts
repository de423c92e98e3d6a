import type { Clock } from "../clock.ts";
import type { Processor, State } from "../definition/definition.ts";
import type { History, NewEvent, Place } from "../history.ts";
import type { Json, JsonObject } from "../json.ts";
import type { InvokeLambda } from "../lambda.ts";
import type { ExecutionContext, MapItem } from "./context-object.ts";
import type { StartNested } from "./nested-execution.ts";
import type { ThreadProgress } from "./progress.ts";
import type { StoredVariables } from "./stored-variables.ts";

/** What all states of one execution share: all external dependencies. */
export type Run = {
  clock: Clock;
  /** A number from 0 to 1 (exclusive), for the jitter of retries. */
  random: () => number;
  invokeLambda: InvokeLambda;
  /** Starts executions of other state machines. */
  startNested: StartNested;
  /** The region in events. */
  region: string;
  history: History;
  context: ExecutionContext;
  /**
   * Whether a key `__proto__` has appeared in the data. Expressions are then evaluated in a thread, where
   * such a key is like any other.
   */
  hasOddKeys: boolean;
  /** Bytes of all current variables of the execution. */
  variableBytes: number;
};

/**
 * Checks JSON text that enters the execution or passes between states for keys that need special treatment.
 */
export function seeData(run: Run, text: string): void {
  if (text.includes("__proto__")) run.hasOddKeys = true;
}

/** Runs a group of states from its start, or from the recorded progress, and returns the output of the last state. */
export type RunStates = (
  run: Run,
  processor: Processor,
  thread: Thread,
  input: Json,
  progress?: ThreadProgress,
) => Promise<Json>;

/** A sequence of states: the state machine's own, an iteration of a Map, or a branch of a Parallel. */
export type Thread = {
  readonly place: Place;
  /** Aborts when the execution ends early or a sibling fails. Nothing is recorded after it. */
  readonly signal: AbortSignal;
  /** The item of the innermost Map around it. */
  readonly item: MapItem | undefined;
  /** All variables that its states see. Those of outer scopes are copied in, so states in here cannot change them. */
  variables: JsonObject;
  /** The variables of its own scope. */
  stored: StoredVariables;
  /** The ID of the event that the next one follows. */
  last: number;
  /** Its current state: entered but not exited. */
  open: OpenState | undefined;
};

/** A state that was entered but not exited. */
export type OpenState = {
  type: State["Type"];
  /** The running threads of a Map or Parallel, by index. */
  threads: Map<number, Thread>;
  /** The event for an aborted thread. Branches have none. */
  threadAborted: ((index: number) => NewEvent) | undefined;
  /** An event already records that it failed, so no event records that it was aborted. */
  failed: boolean;
};

/** One visit to a state, from its entry to its exit, including retries. */
export type Visit<S extends State = State> = {
  run: Run;
  thread: Thread;
  name: string;
  state: S;
  input: Json;
  /** The ID of its entry event. */
  enteredId: number;
  /** The event before its entry. An evaluation that fails during entry follows that event. */
  predecessor: number;
  open: OpenState;
  enteredTime: number;
  retryCount: number;
};

/** How a state succeeded. */
export type Outcome = {
  /** `$states.result`, if the state has one. */
  result?: Json;
  /** The output if there is no Output field. */
  output: Json;
  /** The Output and Assign that apply. */
  rule: { Output?: Json | undefined; Assign?: JsonObject | undefined };
  /** The path of that rule in the state, such as `Choices[0]/`, or an empty string. */
  ruleLocation: string;
  /** The next state, or null at the end. */
  next: string | null;
};

/**
 * Records an event of the thread and makes it the one that the next event follows. Throws if the thread was
 * aborted.
 */
export function emit(run: Run, thread: Thread, event: NewEvent, next?: string | null): number {
  thread.last = emitAside(run, thread, event, thread.last, next);
  return thread.last;
}

/** Records an event that follows `previousEventId` and that no other event follows. */
export function emitAside(
  run: Run,
  thread: Thread,
  event: NewEvent,
  previousEventId: number,
  next?: string | null,
): number {
  thread.signal.throwIfAborted();
  return run.history.record(thread.place, previousEventId, event, next);
}

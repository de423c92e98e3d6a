import type { Clock } from "../clock.ts";
import type { Processor, State } from "../definition/definition.ts";
import type { History, NewEvent, Place } from "../history.ts";
import type { Json, JsonObject } from "../json.ts";
import type { InvokeLambda } from "../lambda.ts";
import type { ExecutionContext, MapItem } from "./context-object.ts";
import type { StartNested } from "./nested-execution.ts";
import type { ThreadProgress } from "./progress.ts";
import type { StoredVariables } from "./stored-variables.ts";

/** What all states of one execution share, including all external dependencies. */
export type Run = {
  clock: Clock;
  /** A number from 0 to 1 (exclusive), for the jitter of retries. */
  random: () => number;
  invokeLambda: InvokeLambda;
  /** Starts executions of other state machines. */
  startNested: StartNested;
  /** The AWS Region that events contain. */
  region: string;
  history: History;
  context: ExecutionContext;
  /**
   * Whether a key `__proto__` may have appeared in the data. If so, expressions are evaluated in a separate
   * thread, where such a key is like any other.
   */
  hasOddKeys: boolean;
  /** The total size of the execution's current variables, in bytes of JSON. */
  variableBytes: number;
};

/**
 * Checks whether JSON text has keys that need special treatment. All text that enters the execution or passes
 * between states is checked.
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
  /** Aborts when the execution ends early or a sibling fails. Nothing is recorded after the abort. */
  readonly signal: AbortSignal;
  /** The item of the innermost enclosing Map. */
  readonly item: MapItem | undefined;
  /** All variables that the thread's states see. Outer variables are copied, so states cannot change the originals. */
  variables: JsonObject;
  /** The sizes of the variables of the thread's own scope. */
  stored: StoredVariables;
  /** The ID of the event that the next event follows. */
  last: number;
  /** The thread's current state, which was entered but not exited. */
  open: OpenState | undefined;
};

/** A state that was entered but not exited. */
export type OpenState = {
  type: State["Type"];
  /** The running threads of a Map or Parallel, by index. */
  threads: Map<number, Thread>;
  /** Creates the event for an aborted iteration of a Map. Undefined for other states. */
  threadAborted: ((index: number) => NewEvent) | undefined;
  /** Whether an event already records that the state failed. If so, no event records that it was aborted. */
  failed: boolean;
};

/** One visit to a state, from its entry to its exit, including retries. */
export type Visit<S extends State = State> = {
  run: Run;
  thread: Thread;
  name: string;
  state: S;
  input: Json;
  /** The ID of the state's entry event. */
  enteredId: number;
  /**
   * The ID of the event before the state's entry. If an evaluation fails on entry, EvaluationFailed follows this
   * event.
   */
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
  /** The path of `rule` in the state, such as `Choices[0]/`. Empty if `rule` is the state itself. */
  ruleLocation: string;
  /** The next state, or null at the end. */
  next: string | null;
};

/**
 * Records an event of the thread. The thread's next event will follow it. Throws if the thread was aborted.
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

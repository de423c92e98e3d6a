import { ErrorName } from "../error-names.ts";
import type { HistoryRecord, Place } from "../history.ts";
import type { Json, JsonObject } from "../json.ts";

/** How far a thread of states got before its execution ended: where a redrive starts. */
export type ThreadProgress = {
  /** The variables that the thread's own states assigned. */
  variables: JsonObject;
  stage: /** No state was entered. */
    | { kind: "new" }
    /** A state was entered but not exited: it runs again. */
    | { kind: "in-state"; state: StateProgress }
    /** A state was exited, but the next one was not entered yet. */
    | { kind: "between"; next: string; input: Json }
    /** Finished. */
    | { kind: "finished"; output: Json };
};

/** A state that was entered but not exited. */
export type StateProgress = {
  name: string;
  input: Json;
  enteredId: number;
  enteredTime: number;
  /** The threads of a Map or Parallel by index, once it has started. Finished threads stay finished. */
  threads: Map<number, ThreadProgress> | undefined;
};

/**
 * Reads from an execution's records how far each of its threads got: variables, finished iterations and branches,
 * and states that were entered but not exited. Pass all records in order, then read `progress`.
 */
export function progressReader(): { read(record: HistoryRecord): void; progress: ThreadProgress } {
  const root = newThread();
  return { progress: root, read: (record) => readRecord(root, record) };
}

function newThread(): ThreadProgress {
  return { variables: {}, stage: { kind: "new" } };
}

function readRecord(root: ThreadProgress, { event, place, next }: HistoryRecord): void {
  const thread = threadAt(root, place);
  const entered = event.stateEnteredEventDetails;
  if (entered !== undefined) {
    const state: StateProgress = {
      name: entered.name ?? "",
      input: parse(entered.input),
      enteredId: event.id,
      enteredTime: event.timestamp * 1000,
      threads: undefined,
    };
    thread.stage = { kind: "in-state", state };
    return;
  }
  const exited = event.stateExitedEventDetails;
  if (exited !== undefined) {
    const output = parse(exited.output);
    const assigned = Object.entries(exited.assignedVariables ?? {}).map(([name, text]) => [
      name,
      parse(text),
    ]);
    // Object.fromEntries treats the name __proto__ like any other name.
    thread.variables = { ...thread.variables, ...Object.fromEntries(assigned) };
    thread.stage =
      next === undefined || next === null
        ? { kind: "finished", output }
        : { kind: "between", next, input: output };
    return;
  }
  if (event.executionFailedEventDetails?.error === ErrorName.dataLimitExceeded) {
    // A Map or Parallel whose data was too large runs again from its start.
    if (root.stage.kind === "in-state") root.stage.state.threads = undefined;
    return;
  }
  if (event.type === "MapStateStarted" || event.type === "ParallelStateStarted") {
    // Each attempt starts over: what an earlier attempt finished does not count.
    if (thread.stage.kind === "in-state") thread.stage.state.threads = new Map();
  }
}

/** The thread at a place. Creates the thread if it does not exist yet. */
function threadAt(root: ThreadProgress, place: Place): ThreadProgress {
  let thread = root;
  for (let depth = 0; depth < place.length; depth += 2) {
    const index = Number(place[depth + 1]);
    if (thread.stage.kind !== "in-state")
      throw new Error(`The log has an event out of order in ${place.join("/")}`);
    thread.stage.state.threads ??= new Map();
    let child = thread.stage.state.threads.get(index);
    if (child === undefined) {
      child = newThread();
      thread.stage.state.threads.set(index, child);
    }
    thread = child;
  }
  return thread;
}

function parse(text: string | undefined): Json {
  return text === undefined ? null : JSON.parse(text);
}

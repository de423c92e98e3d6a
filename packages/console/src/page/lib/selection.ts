/** The selection, as a parameter of the URL, so that all views share it and links can include it. */
import type { Thread, Visit } from "@data-quest/execution-history";
import { findState, type StateGroup, type StateNode } from "./definition.ts";
import type { ExecutionStore } from "./execution-store.ts";
import { fileRows } from "./file-rows.ts";
import { definitionPath, type StateStatus } from "./state-status.ts";

export type Selection =
  | { kind: "visit"; visit: Visit; state: StateNode | undefined }
  | { kind: "thread"; thread: Thread; state: undefined }
  /** A state that was not visited. */
  | { kind: "state"; state: StateNode };

/** Finds what `step` in the URL identifies. Undefined if it does not exist (yet). */
export function findSelection(
  step: string | null,
  store: ExecutionStore,
  definition: StateGroup,
  statuses: ReadonlyMap<string, StateStatus>,
): Selection | undefined {
  if (step === null) return undefined;
  if (step.startsWith("state:")) {
    const path = step.slice("state:".length);
    const visited = statuses.get(path);
    if (visited) return visitSelection(visited.first, definition);
    const state = findState(definition, path);
    return state && { kind: "state", state };
  }
  if (step.startsWith("file:")) {
    const key = step.slice("file:".length);
    const row = fileRows(store.timeline, 0).find((each) => each.key === key || key.endsWith(`/${each.file}`));
    return row && findSelection(row.step, store, definition, statuses);
  }
  const [id, attempt, index] = step.split(".").map(Number);
  const node = store.nodeOf(id ?? 0);
  if (node?.kind !== "state") return undefined;
  if (attempt === undefined) return visitSelection(node, definition);
  const thread = node.threads.find((each) => each.attempt === attempt && each.index === index);
  return thread && { kind: "thread", thread, state: undefined };
}

function visitSelection(visit: Visit, definition: StateGroup): Selection {
  return { kind: "visit", visit, state: findState(definition, definitionPath(visit)) };
}

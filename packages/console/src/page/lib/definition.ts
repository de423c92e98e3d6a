/** A state machine's definition, treated as untrusted: a trace may contain anything. */
import { isRecord, member, parseJson } from "./json.ts";

export type StateNode = {
  name: string;
  /** The names of the enclosing states and of the state itself, joined. The same for all visits. */
  path: string;
  type: string;
  /** The state's own JSON. */
  json: Record<string, unknown>;
  comment: string | undefined;
  /** The states inside: one group for a Map, one for each branch of a Parallel. */
  groups: StateGroup[];
  next: Edge[];
  ends: boolean;
};
export type Edge = { to: string; label: string; kind: "next" | "choice" | "catch" };
export type StateGroup = { start: string | undefined; states: StateNode[] };

export const PATH_SEPARATOR = " › ";
/** The maximum number of nested levels that are read. Practical definitions have far fewer. */
const MOST_LEVELS = 30;

/** The states of a definition. Whatever is not understood is left out. */
export function readDefinition(text: string): StateGroup {
  return readGroup(parseJson(text), "", 0);
}

function readGroup(json: unknown, around: string, level: number): StateGroup {
  const states = member(json, "States");
  const start = member(json, "StartAt");
  return {
    start: typeof start === "string" ? start : undefined,
    states:
      isRecord(states) && level < MOST_LEVELS
        ? Object.entries(states).flatMap(([name, state]) =>
            isRecord(state) ? [readState(name, state, around, level)] : [],
          )
        : [],
  };
}

function readState(name: string, json: Record<string, unknown>, around: string, level: number): StateNode {
  const path = around === "" ? name : `${around}${PATH_SEPARATOR}${name}`;
  const type = typeof json.Type === "string" ? json.Type : "?";
  const inner = json.ItemProcessor ?? json.Iterator;
  const groups = [...(inner === undefined ? [] : [inner]), ...list(json.Branches)].map((group) =>
    readGroup(group, path, level + 1),
  );
  const { Comment: comment } = json;
  return {
    name,
    path,
    type,
    json,
    comment: typeof comment === "string" ? comment : undefined,
    groups: groups.filter(({ states }) => states.length > 0),
    next: [
      ...edge(json.Next, "", "next"),
      ...list(json.Choices).flatMap((choice) => edge(member(choice, "Next"), conditionOf(choice), "choice")),
      ...edge(json.Default, "Default", "choice"),
      ...list(json.Catch).flatMap((catcher) => edge(member(catcher, "Next"), "Catch", "catch")),
    ],
    ends: json.End === true || type === "Succeed" || type === "Fail",
  };
}

function conditionOf(choice: unknown): string {
  const condition = member(choice, "Condition");
  return typeof condition === "string" ? condition.replace(/^\{%\s*|\s*%\}$/g, "") : "";
}

function edge(to: unknown, label: string, kind: Edge["kind"]): Edge[] {
  return typeof to === "string" ? [{ to, label, kind }] : [];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The state at a path. */
export function findState({ states }: StateGroup, path: string): StateNode | undefined {
  for (const state of states) {
    if (state.path === path) return state;
    for (const group of state.groups) {
      const found = findState(group, path);
      if (found) return found;
    }
  }
  return undefined;
}

export type Expression = { field: string; expression: string };

/** The JSONata expressions of a state, each with its field. */
export function expressionsOf(json: Record<string, unknown>): Expression[] {
  const found: Expression[] = [];
  const walk = (value: unknown, field: string, level: number) => {
    if (typeof value === "string") {
      const match = /^\{%([\s\S]*)%\}$/.exec(value.trim());
      if (match) found.push({ field, expression: (match[1] ?? "").trim() });
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        walk(item, `${field}[${index}]`, level + 1);
      });
    } else if (isRecord(value) && level < MOST_LEVELS) {
      for (const [name, item] of Object.entries(value)) {
        // States inside have their own expressions.
        if (level === 0 && ["ItemProcessor", "Iterator", "Branches"].includes(name)) continue;
        walk(item, field === "" ? name : `${field}.${name}`, level + 1);
      }
    }
  };
  walk(json, "", 0);
  return found;
}

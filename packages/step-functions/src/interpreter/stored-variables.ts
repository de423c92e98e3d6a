import type { Json, JsonObject } from "../json.ts";

/** The size of each of a scope's own variables, in bytes of JSON. Variables of enclosing scopes are not included. */
export type StoredVariables = Map<string, number>;

/** The execution's total. */
type Run = { variableBytes: number };
type Thread = { stored: StoredVariables };

/** Counts the variables that a thread has at its start. A thread starts with variables only after a redrive. */
export function storedVariables(run: Run, variables: JsonObject): StoredVariables {
  const stored = new Map(Object.entries(variables).map(([name, value]) => [name, bytesOf(value)]));
  run.variableBytes += sum(stored);
  return stored;
}

/** The total size in bytes of the execution's variables after an assignment in this thread. */
export function bytesAfter(run: Run, thread: Thread, assigned: ReadonlyMap<string, number>): number {
  let bytes = run.variableBytes;
  for (const [name, size] of assigned) bytes += size - (thread.stored.get(name) ?? 0);
  return bytes;
}

/** Counts an assignment. */
export function store(run: Run, thread: Thread, assigned: ReadonlyMap<string, number>): void {
  run.variableBytes = bytesAfter(run, thread, assigned);
  for (const [name, size] of assigned) thread.stored.set(name, size);
}

/** Stops counting the variables of a scope that has ended. */
export function release(run: Run, thread: Thread): void {
  run.variableBytes -= sum(thread.stored);
  thread.stored.clear();
}

function sum(sizes: StoredVariables): number {
  let bytes = 0;
  for (const size of sizes.values()) bytes += size;
  return bytes;
}

function bytesOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

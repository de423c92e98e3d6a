/** What changed between two JSON values. */
import diff from "microdiff";
import { isRecord } from "./json.ts";

export type Change = { path: string; kind: "added" | "removed" | "changed"; before?: string; after?: string };

export const MOST_CHANGES = 200;
const LONGEST_VALUE = 120;

/**
 * The changes from one value to another, at most 200. Undefined if the two cannot be compared part by part.
 */
export function changesBetween(before: unknown, after: unknown): Change[] | undefined {
  if (!isComparable(before) || !isComparable(after) || Array.isArray(before) !== Array.isArray(after))
    return undefined;
  return diff(before, after)
    .slice(0, MOST_CHANGES)
    .map((change) => ({
      path: change.path
        .map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`))
        .join(""),
      kind: change.type === "CREATE" ? "added" : change.type === "REMOVE" ? "removed" : "changed",
      ...(change.type === "CREATE" ? {} : { before: short(change.oldValue) }),
      ...(change.type === "REMOVE" ? {} : { after: short(change.value) }),
    }));
}

function isComparable(value: unknown): value is Record<string, unknown> | unknown[] {
  return isRecord(value) || Array.isArray(value);
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}

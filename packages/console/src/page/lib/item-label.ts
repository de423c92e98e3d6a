/** A name for an iteration: the item's name, if the iteration's first input contains it. */
import type { Thread } from "@data-quest/execution-history";
import { parseJson, textMember } from "./json.ts";

const known = new WeakMap<Thread, string>();
/** Longer inputs are not parsed, because that takes too long. The index still identifies the iteration. */
const LARGEST_INPUT = 50_000;

/** The item's own name, or an empty string. */
export function itemLabel(thread: Thread): string {
  const before = known.get(thread);
  if (before !== undefined) return before;
  const input = thread.visits[0]?.input;
  if (input === undefined || input.length > LARGEST_INPUT) return "";
  const value = parseJson(input);
  const label =
    typeof value === "string"
      ? value
      : (textMember(value, "item", "path") ??
        textMember(value, "path") ??
        textMember(value, "name") ??
        textMember(value, "key") ??
        textMember(value, "survey") ??
        textMember(value, "input", "survey") ??
        textMember(value, "id") ??
        "");
  known.set(thread, label);
  return label;
}

/** Which of the lines that functions printed belong to an attempt. */
import type { Attempt } from "@data-quest/execution-history";
import type { LogLine } from "../../api-types.ts";
import { member, parseJson } from "./json.ts";

/** Clocks of the function and of the history may differ by a little. */
const SLACK_MILLISECONDS = 50;

/** The lines of an attempt: those of a call with its payload, in its time. */
export async function linesOfAttempt(attempt: Attempt, logs: readonly LogLine[]): Promise<LogLine[]> {
  const { startedAt, scheduledAt, endedAt, parameters } = attempt;
  const from = (startedAt ?? scheduledAt ?? 0) - SLACK_MILLISECONDS;
  const to = (endedAt ?? Number.POSITIVE_INFINITY) + SLACK_MILLISECONDS;
  const payload = member(parseJson(parameters), "Payload");
  const digest = payload === undefined ? undefined : await digestOf(JSON.stringify(payload));
  return logs.filter(
    ({ calledAt, payload: of }) =>
      calledAt >= from && calledAt <= to && (digest === undefined || of === digest),
  );
}

/** The first 16 hexadecimal digits of the SHA-256 of a text. */
async function digestOf(text: string): Promise<string | undefined> {
  // Absent where the page is not from a trustworthy origin.
  if (crypto.subtle === undefined) return undefined;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest).subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

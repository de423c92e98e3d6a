/** The words in which a person is told that an execution did not succeed. */
import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { consoleLink } from "./console-link.ts";

/** How an execution ended, as EventBridge tells it. */
export type EndedExecution = {
  executionArn: string;
  name: string;
  status: string;
  error?: string | null | undefined;
  cause?: string | null | undefined;
};

/** SNS takes no longer subject. */
const LONGEST_SUBJECT = 100;

/** A message for `ended`; `events` are the last ones of its history, in any order. */
export function failureMessage(
  ended: EndedExecution,
  events: readonly HistoryEvent[],
): { subject: string; message: string } {
  const how = ended.status.toLowerCase().replaceAll("_", " ");
  const state = failedState(events);
  const where = state === undefined ? "before its first state" : `in the state ${state}`;
  return {
    subject: `Data Quest: a run ${how} ${where}`.slice(0, LONGEST_SUBJECT),
    message: [
      `The execution ${ended.name} ${how} ${where}.`,
      "",
      ...(ended.error ? [`Error: ${ended.error}`] : []),
      ...(ended.cause ? [`Cause: ${messageOf(ended.cause)}`] : []),
      `Look: ${consoleLink(ended.executionArn)}`,
      "Once the cause is mended, redrive it there (Redrive), or with quest redrive: it goes on from that state.",
    ].join("\n"),
  };
}

/**
 * The state that the execution failed in, or was in when it was ended: the one whose entry the last event goes back to.
 * Undefined where none was entered.
 */
function failedState(events: readonly HistoryEvent[]): string | undefined {
  const newestFirst = [...events].sort((a, b) => (b.id ?? 0) - (a.id ?? 0));
  const byId = new Map(events.map((event) => [event.id, event]));
  let event = newestFirst[0];
  while (event !== undefined && event.stateEnteredEventDetails === undefined)
    event = byId.get(event.previousEventId);
  // The end of an aborted execution goes back to no event.
  event ??= newestFirst.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails !== undefined);
  return event?.stateEnteredEventDetails?.name;
}

/** A function's failure comes as JSON; its errorMessage says it all. */
function messageOf(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause);
    return typeof errorMessage === "string" ? errorMessage : cause;
  } catch {
    return cause;
  }
}

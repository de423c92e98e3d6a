import type { WaitState } from "../definition.ts";
import { evaluateField } from "../expressions.ts";
import { EvaluationFailure } from "../failure.ts";
import { Limits } from "../limits.ts";
import type { Outcome, Visit } from "../run.ts";
import { bindings, numberField, ownOutcome } from "../visit.ts";

/** A Wait state waits for Seconds, or until Timestamp, and gives its input on. A time that is over is no wait. */
export async function wait(visit: Visit<WaitState>): Promise<Outcome> {
  const { clock } = visit.run;
  const milliseconds = (await waitingTime(visit)) - clock.now();
  if (milliseconds > 0) await clock.sleep(milliseconds, visit.thread.signal);
  return ownOutcome(visit.state, visit.input);
}

/** When the wait ends, in milliseconds since 1970. */
async function waitingTime(visit: Visit<WaitState>): Promise<number> {
  const { Seconds, Timestamp } = visit.state;
  if (Timestamp !== undefined) {
    const text = await evaluateField(Timestamp, "Timestamp", "string", bindings(visit));
    const time = timestampMilliseconds(text);
    if (time !== undefined) return time;
    throw new EvaluationFailure(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
      "Timestamp",
      "after-entry",
    );
  }
  const seconds = (await numberField(visit, Seconds, "Seconds")) ?? 0;
  if (seconds < 0 || seconds > Limits.seconds) {
    throw new EvaluationFailure(
      `The Seconds field must be a number from 0 to ${Limits.seconds}, but was: ${seconds}`,
      "Seconds",
      "after-entry",
    );
  }
  // Counted from the state's entry: a wait that a redrive takes up again has entered its state anew.
  return visit.enteredTime + seconds * 1000;
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** The time that an ISO 8601 text with date, T, time and offset names, or undefined where it names none. */
export function timestampMilliseconds(text: string): number | undefined {
  const match = TIMESTAMP.exec(text);
  const date = match?.[1];
  if (date === undefined) return undefined;
  const milliseconds = Date.parse(text);
  // Date.parse takes 30 February for 1 March: the date must read the same when it is written again.
  const isRealDate = new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) ?? false;
  return Number.isNaN(milliseconds) || !isRealDate ? undefined : milliseconds;
}

import type { WaitState } from "../../definition/definition.ts";
import { EvaluationFailure, evaluateField } from "../../jsonata/evaluate.ts";
import { timestampMilliseconds } from "../../timestamp.ts";
import type { Outcome, Visit } from "../run.ts";
import { Bounds, bindings, numberField, ownOutcome } from "../visit.ts";

/**
 * A Wait state waits for Seconds or until Timestamp, and passes on its input. It does not wait for a time in
 * the past.
 */
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
  const seconds = (await numberField(visit, Seconds, "Seconds", Bounds.wait)) ?? 0;
  // Counted from the state's entry. A redrive enters a Wait state again.
  return visit.enteredTime + seconds * 1000;
}

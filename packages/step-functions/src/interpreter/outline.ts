import type { HistoryRecord } from "../history.ts";

/** A history as lines such as `7 <- 6 TaskStateEntered SyncFile`, for tests to compare at a glance. */
export function outline(records: readonly HistoryRecord[]): string[] {
  return records.map(({ event }) => {
    const iteration =
      event.mapIterationStartedEventDetails ??
      event.mapIterationSucceededEventDetails ??
      event.mapIterationFailedEventDetails ??
      event.mapIterationAbortedEventDetails;
    const name =
      event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name ?? iteration?.index;
    const line = `${event.id} <- ${event.previousEventId} ${event.type}`;
    return name === undefined ? line : `${line} ${name}`;
  });
}

import type { Clock } from "../clock.ts";
import { type History, HistoryFull, type HistoryRecord, type NewEvent, type Place } from "../history.ts";
import { Limits } from "../limits.ts";

/** A history in memory. `records` starts with the records in `before`. */
export function memoryHistory(
  clock: Clock,
  before: readonly HistoryRecord[] = [],
  durable: () => Promise<void> = () => Promise.resolve(),
): History & { records: HistoryRecord[] } {
  const records = [...before];
  const add = (place: Place, previousEventId: number, event: NewEvent, next?: string | null): number => {
    const id = records.length + 1;
    records.push({
      event: { ...event, id, previousEventId, timestamp: clock.now() / 1000 },
      place,
      ...(next === undefined ? {} : { next }),
    });
    return id;
  };
  return {
    records,
    record: (place, previousEventId, event, next) => {
      if (records.length >= Limits.historyEvents - 1) throw new HistoryFull("The history is full");
      return add(place, previousEventId, event, next);
    },
    finish: (previousEventId, event) => {
      add([], previousEventId, event);
    },
    get length() {
      return records.length;
    },
    durable,
  };
}

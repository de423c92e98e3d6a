import type { HistoryEvent as SdkHistoryEvent } from "@aws-sdk/client-sfn";

/**
 * An event of GetExecutionHistory, from any client: the SDK (`timestamp` is a Date), the service's JSON
 * (seconds since 1970), or the AWS CLI (ISO text). Every field may be missing, and `type` may be unknown.
 */
export type HistoryEvent = Partial<Omit<SdkHistoryEvent, "id" | "previousEventId" | "timestamp" | "type">> & {
  id?: number | null | undefined;
  previousEventId?: number | null | undefined;
  timestamp?: Date | number | string | undefined;
  type?: string | undefined;
};

/**
 * Numbers below this limit are seconds since 1970. In seconds, the limit is in the year 5138; in
 * milliseconds, it is in March 1973.
 */
const SECONDS_LIMIT = 1e11;

/** A timestamp in milliseconds since 1970. Undefined if it is missing or unreadable. */
export function eventTime(timestamp: HistoryEvent["timestamp"]): number | undefined {
  if (timestamp === undefined || timestamp === null) return undefined;
  const time =
    typeof timestamp === "number"
      ? Math.round(timestamp < SECONDS_LIMIT ? timestamp * 1000 : timestamp)
      : new Date(timestamp).getTime();
  return Number.isFinite(time) ? time : undefined;
}

/** A payload as JSON text, as the service sends it. Some recording tools store the parsed value. */
export function payloadText(value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  return JSON.stringify(value);
}

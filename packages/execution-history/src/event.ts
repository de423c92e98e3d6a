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

/** Smaller numbers are seconds since 1970: in seconds, this is the year 5138; in milliseconds, March 1973. */
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

/** A payload as the JSON text that the service sends. Some recorders store it parsed. */
export function payloadText(value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  return JSON.stringify(value);
}

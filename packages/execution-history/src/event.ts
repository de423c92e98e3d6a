import type { HistoryEvent as SdkHistoryEvent } from "@aws-sdk/client-sfn";

/**
 * An event of GetExecutionHistory, from whatever client gave it: the SDK (`timestamp` a Date), the service's JSON (seconds since
 * 1970), the AWS CLI (ISO text). Every field may be missing, and `type` may be one that this code does not know.
 */
export type HistoryEvent = Partial<Omit<SdkHistoryEvent, "id" | "previousEventId" | "timestamp" | "type">> & {
  id?: number | null | undefined;
  previousEventId?: number | null | undefined;
  timestamp?: Date | number | string | undefined;
  type?: string | undefined;
};

/** Numbers below this are seconds since 1970; it is the year 5138 in seconds, and March 1973 in milliseconds. */
const SECONDS_LIMIT = 1e11;

/** A timestamp in milliseconds since 1970; undefined if there is none that can be read. */
export function eventTime(timestamp: HistoryEvent["timestamp"]): number | undefined {
  if (timestamp === undefined || timestamp === null) return undefined;
  const time =
    typeof timestamp === "number"
      ? Math.round(timestamp < SECONDS_LIMIT ? timestamp * 1000 : timestamp)
      : new Date(timestamp).getTime();
  return Number.isFinite(time) ? time : undefined;
}

/** A payload as the JSON text that the service sends. Some recorders keep it parsed. */
export function payloadText(value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  return JSON.stringify(value);
}

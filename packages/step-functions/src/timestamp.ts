const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Parses an ISO 8601 timestamp with a date, T, a time, and an offset. Returns undefined for any other text. */
export function timestampMilliseconds(text: string): number | undefined {
  const match = TIMESTAMP.exec(text);
  const date = match?.[1];
  if (date === undefined) return undefined;
  const milliseconds = Date.parse(text);
  // Date.parse reads February 30 as March 1, so the parsed date is printed and compared with the text.
  const isRealDate = new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) ?? false;
  return Number.isNaN(milliseconds) || !isRealDate ? undefined : milliseconds;
}

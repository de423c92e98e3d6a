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

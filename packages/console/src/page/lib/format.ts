/** Formats numbers and times. */

const numbers = new Intl.NumberFormat("en-US");
const local = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const localTime = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

export function count(value: number): string {
  return numbers.format(value);
}

/** `1 file`, `2 files`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A date and time in the user's time zone. */
export function dateTime(time: number | string): string {
  return local.format(new Date(time));
}

/** A time of day in the user's time zone, with milliseconds. */
export function timeOfDay(time: number): string {
  return localTime.format(new Date(time));
}

/** A date and time in UTC, for a tooltip. */
export function utc(time: number | string): string {
  return `${new Date(time).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/** A duration in readable form: `250 ms`, `3.4 s`, `2 min 5 s`, `3 h 20 min`. */
export function durationText(milliseconds: number | undefined | null): string {
  if (milliseconds === undefined || milliseconds === null || !Number.isFinite(milliseconds)) return "";
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/** A size in bytes, in readable form. */
export function bytesText(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "";
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = -1;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${units[unit]}`;
}

export function dollars(amount: number): string {
  return `$${amount.toFixed(amount < 0.01 ? 7 : 4)}`;
}

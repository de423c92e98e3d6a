/** Formats numbers, times, and names for the page. */

/** Formatters, by the number of decimal places. Creating a formatter takes longer than using it. */
const formats = new Map<number, Intl.NumberFormat>();

/** A count or another plain number, with thousands separators and `digits` decimal places. */
export function formatNumber(value: number, digits = 0): string {
  let format = formats.get(digits);
  if (format === undefined) {
    const decimals = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    format = new Intl.NumberFormat("en-US", decimals);
    formats.set(digits, format);
  }
  return format.format(value);
}

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 3 });

/** A number for an axis, short whatever its size: 247.5, 150K, 1.5M. */
export function formatCompact(value: number): string {
  return compact.format(value);
}

/** An exact decimal with thousands separators. No digit changes. */
export function formatExact(value: string): string {
  const [whole = "", fraction] = value.split(".");
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

/** The exact amount of a change, with its sign. */
export function formatChange(value: string): string {
  return value.startsWith("-") || value === "0" ? formatExact(value) : `+${formatExact(value)}`;
}

/** A count with its noun. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${formatNumber(value)} ${value === 1 ? one : many}`;
}

/** An ISO time to the minute, in UTC. */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** The name of a file, from its key. */
export function fileName(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** A series' name: BLS's title, or else the meanings of its codes. Empty if it has neither. */
export function seriesName(names: Readonly<Record<string, string>>): string {
  const { title } = names;
  if (title !== undefined && title !== "") return title;
  return Object.values(names)
    .filter((text) => text !== "")
    .join(" · ");
}

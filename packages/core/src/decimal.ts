/**
 * Exact decimals, each a whole number of units: 28.5 with one decimal place is 285 units. Floating point never
 * rounds them.
 */

/** A decimal number: `units` times ten to the power of minus `decimals`. */
export type Decimal = { units: bigint; decimals: number };

const DECIMAL = /^(-?)(\d+\.?\d*|\.\d+)$/;

/** Reads a plain decimal number such as `-0.5`, `12` or `.25`. Undefined if the text is anything else. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign, digits] = DECIMAL.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const point = digits.indexOf(".");
  const decimals = point < 0 ? 0 : digits.length - point - 1;
  const units = BigInt(digits.replace(".", ""));
  return { units: sign === "-" ? -units : units, decimals };
}

/** Formats a decimal with all its decimal places: 1300 units with 2 decimals become `13.00`. Zero has no minus sign. */
export function formatDecimal(units: bigint | number, decimals: number): string {
  const negative = units < 0;
  const digits = String(negative ? -units : units).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  const fraction = decimals === 0 ? "" : `.${digits.slice(point)}`;
  return `${negative ? "-" : ""}${digits.slice(0, point)}${fraction}`;
}

/** Formats a decimal in its shortest exact form: without trailing zeros or a trailing decimal point. */
export function formatShortest(units: bigint | number, decimals: number): string {
  const text = formatDecimal(units, decimals);
  return decimals === 0 ? text : text.replace(/\.?0+$/, "");
}

/**
 * A decimal as an integer, in units of its last place, if it is written with `wanted` decimal places. Undefined if this
 * would lose digits other than 0.
 */
export function unitsAt({ units, decimals }: Decimal, wanted: number): bigint | undefined {
  if (wanted >= decimals) return units * 10n ** BigInt(wanted - decimals);
  const divisor = 10n ** BigInt(decimals - wanted);
  return units % divisor === 0n ? units / divisor : undefined;
}

import { parseDecimal, unitsAt } from "@data-quest/core/decimal";

/** An exact decimal, padded with zeros to this many decimal places. */
export function withDecimals<Value extends string | null>(value: Value, decimals: number): Value | string {
  if (value === null || decimals === 0) return value;
  const [whole, fraction = ""] = value.split(".");
  return `${whole}.${fraction.padEnd(decimals, "0")}`;
}

/** Silver's decimals have at most this many digits. */
const MOST_DIGITS = 38;

/** An exact decimal as a whole number, in a unit that all decimals of Silver share, for comparing them. */
export function exactUnits(value: string | null): bigint | null {
  const decimal = value === null ? undefined : parseDecimal(value);
  return (decimal && unitsAt(decimal, MOST_DIGITS)) ?? null;
}

/** An exact decimal, padded with zeros to this many decimals. */
export function withDecimals<Value extends string | null>(value: Value, decimals: number): Value | string {
  if (value === null || decimals === 0) return value;
  const [whole, fraction = ""] = value.split(".");
  return `${whole}.${fraction.padEnd(decimals, "0")}`;
}

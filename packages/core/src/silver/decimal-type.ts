/** The decimal type of a survey's values: one for all of its files. */

/** DECIMAL(precision,scale): `scale` digits behind the point and `precision - scale` before it. */
export type DecimalType = { precision: number; scale: number };

/** Digits that the values of a file need, before the point and behind it. */
export type Digits = { whole: number; decimals: number };

/** What nearly every survey has: 64-bit integers. */
export const USUAL_TYPE: DecimalType = { precision: 18, scale: 6 };
/** The most digits that SQL engines and Parquet readers agree on. */
export const MOST_DIGITS = 38;

/** The digits that two files need together. */
export function largerDigits(a: Digits, b: Digits): Digits {
  return { whole: Math.max(a.whole, b.whole), decimals: Math.max(a.decimals, b.decimals) };
}

/**
 * The smallest type for values of so many digits: DECIMAL(18,6) where that will do, else DECIMAL(38,s) with as many decimals as
 * the values have, and six at least where there is room. Undefined where they have more than 38 digits together.
 */
export function decimalTypeFor({ whole, decimals }: Digits): DecimalType | undefined {
  if (decimals <= USUAL_TYPE.scale && whole <= USUAL_TYPE.precision - USUAL_TYPE.scale) return USUAL_TYPE;
  if (whole + decimals > MOST_DIGITS) return undefined;
  return {
    precision: MOST_DIGITS,
    scale: Math.max(decimals, Math.min(USUAL_TYPE.scale, MOST_DIGITS - whole)),
  };
}

/** The type as SQL, Glue and DuckDB spell it, in lower case. */
export function formatDecimalType({ precision, scale }: DecimalType): string {
  return `decimal(${precision},${scale})`;
}

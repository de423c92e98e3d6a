/** The decimal type of a survey's values, one for all of its files. */

/** DECIMAL(precision,scale): `scale` digits after the decimal point and `precision - scale` before it. */
export type DecimalType = { precision: number; scale: number };

/** How many digits the values of a file need before and after the decimal point. */
export type Digits = { whole: number; decimals: number };

/** The type of nearly every survey, stored as 64-bit integers. */
export const USUAL_TYPE: DecimalType = { precision: 18, scale: 6 };
/** The largest number of digits that all SQL engines and Parquet readers support. */
export const MOST_DIGITS = 38;

/** The digits that two files need together. */
export function largerDigits(a: Digits, b: Digits): Digits {
  return { whole: Math.max(a.whole, b.whole), decimals: Math.max(a.decimals, b.decimals) };
}

/**
 * The smallest type for values with that many digits: DECIMAL(18,6) if the values fit, otherwise DECIMAL(38,s).
 * Its scale `s` is the number of decimal places that the values need, but at least six if there is room.
 * Undefined if the digits before and after the decimal point add up to more than 38.
 */
export function decimalTypeFor({ whole, decimals }: Digits): DecimalType | undefined {
  if (decimals <= USUAL_TYPE.scale && whole <= USUAL_TYPE.precision - USUAL_TYPE.scale) return USUAL_TYPE;
  if (whole + decimals > MOST_DIGITS) return undefined;
  return {
    precision: MOST_DIGITS,
    scale: Math.max(decimals, Math.min(USUAL_TYPE.scale, MOST_DIGITS - whole)),
  };
}

/** The type as SQL, Glue, and DuckDB spell it, in lower case. */
export function formatDecimalType({ precision, scale }: DecimalType): string {
  return `decimal(${precision},${scale})`;
}

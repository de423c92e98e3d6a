/** Measures the digits that a data file's values need. */
import { type DataColumns, malformed, readDataHeader } from "../bls-file/columns.ts";
import { createLineFeed, decodeText } from "../bls-file/lines.ts";
import { createRowReader, type RowReader } from "../bls-file/read-row.ts";
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { type Digits, decimalTypeFor, largerDigits, MOST_DIGITS } from "./decimal-type.ts";

const LF = 10;

/**
 * How many digits the values of a data file need. `others` is how many digits the survey's other files need. Throws
 * DataFileMalformed if a row cannot be read, and at the first value that makes the survey need more than 38
 * digits.
 */
export async function measureDigits({ file, open }: ReadableFile, others: Digits): Promise<Digits> {
  let format: { columns: DataColumns; reader: RowReader } | undefined;
  let line = 0;
  let digits: Digits = { whole: 0, decimals: 0 };

  function takeLines(bytes: Buffer, start: number, end: number): number {
    let at = start;
    if (format === undefined) {
      at = bytes.indexOf(LF, start) + 1;
      line++;
      const columns = readDataHeader(file, decodeText(bytes.subarray(start, at - 1)));
      format = { columns, reader: createRowReader(file, columns) };
    }
    const { reader } = format;
    while (at < end) {
      const next = bytes.indexOf(LF, at);
      line++;
      if (reader.read(bytes, at, next, line) && reader.row.units !== undefined) {
        const needed = digitsOf(BigInt(reader.row.units), reader.row.decimals);
        if (needed.whole > digits.whole || needed.decimals > digits.decimals) {
          digits = largerDigits(digits, needed);
          if (decimalTypeFor(largerDigits(digits, others)) === undefined) {
            const fault = `with this value, the survey needs more than the ${MOST_DIGITS} digits that a decimal can have`;
            throw malformed(file, line, bytes.subarray(at, next), fault);
          }
        }
      }
      at = next + 1;
    }
    return line;
  }

  const feed = createLineFeed(file, takeLines);
  for await (const chunk of await open()) feed.push(chunk);
  feed.end();
  return digits;
}

/**
 * How many digits a value has before and after the decimal point, without leading zeros before it and trailing
 * zeros after it.
 */
function digitsOf(units: bigint, decimals: number): Digits {
  if (units === 0n) return { whole: 0, decimals: 0 };
  const text = String(units < 0n ? -units : units);
  const zeros = /0*$/.exec(text)?.[0].length ?? 0;
  return { whole: Math.max(0, text.length - decimals), decimals: Math.max(0, decimals - zeros) };
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BestYear } from "../../bls-file/best-years.ts";
import { namesOf } from "../../bls-file/names.test-support.ts";
import { csvRecord } from "../../csv.ts";
import { bestYearsCsvWithNames } from "./csv.ts";

const best = (seriesId: string): BestYear => ({
  seriesId,
  year: 2001,
  value: "10.5",
  basis: "months",
  ties: [2003, 2004],
});

/** best-years.csv for series with these names, from cells of the series file or from a mapping file. */
async function csvOf(texts: readonly string[], mapped: boolean): Promise<string> {
  const ids = texts.map((_, index) => `A${String(index).padStart(5, "0")}`);
  const series = [
    "series_id\titem_code",
    ...texts.map((text, index) => `${ids[index]}\t${mapped ? index : text}`),
  ];
  const mapping = ["item_code\titem_name", ...texts.map((text, index) => `${index}\t${text}`)];
  const names = await namesOf(series.join("\n"), mapped ? { item: mapping.join("\n") } : {});
  const chunks = await Array.fromAsync(bestYearsCsvWithNames(ids.map(best), names));
  return Buffer.concat(chunks).toString();
}

/** Text as BLS's files can have it: no tabs, no line ends, no spaces at the ends, and at least one character. */
const text = fc
  .string({ unit: fc.constantFrom(..."abc=+-@\",; 'é€—ﬀ＝＠") })
  .map((each) => each.trim())
  .filter((each) => each !== "");

describe("best-years.csv", () => {
  test.each([false, true])(
    "has the names of any series as csvRecord writes them (from a mapping file: %s)",
    async (mapped) => {
      await fc.assert(
        fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 50 }), async (texts) => {
          const records = texts.map((each, index) =>
            csvRecord([`A${String(index).padStart(5, "0")}`, "2001", "10.5", "months", "2003 2004", each]),
          );
          const [, ...lines] = (await csvOf(texts, mapped)).split(/(?<=\r\n)/);
          expect(lines).toEqual(records);
        }),
        { numRuns: 50 },
      );
    },
  );
});

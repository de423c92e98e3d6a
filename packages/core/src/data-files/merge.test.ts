import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BestYear, bestYears } from "../bls-file/best-years.ts";
import { mergedFile, readMerged } from "./merge.ts";

const HEADER = "series_id\tyear\tperiod\tvalue\tfootnote_codes\r\n";

/** A file whose chunks can end anywhere. */
function file(name: string, text: string, length = 7) {
  const bytes = Buffer.from(text, "latin1");
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
  }
  return { file: name, bytes: bytes.length, open: async () => chunks() };
}

const rows = (...lines: string[]) => HEADER + lines.map((line) => `${line}\r\n`).join("");

async function merge(texts: string[], known: string[] = []) {
  const merged = mergedFile(
    "merged",
    texts.map((text, index) => file(`xx.data.${index}.A`, text)),
    new Set(known),
  );
  const text = await readMerged(merged, async (chunks) =>
    Buffer.concat(await Array.fromAsync(chunks)).toString("latin1"),
  );
  return { text: text.split("\n").slice(1, -1), faults: merged.faults() };
}

describe("merged data files", () => {
  test("contain each observation once, by series, year, and period", async () => {
    const { text, faults } = await merge([
      rows("XXA\t2020\tM02\t 2.50\tR", "XXA\t2020\tM03\t-\t", "XXC  \t2020\tM01\t7\t\xa7"),
      rows("XXA\t2019\tM12\t1\t", "XXA\t2020\tM02\t2.5\tP", "XXA\t2020\tM03\t3\t", "XXB\t2020\tM01\t5\t"),
      "period\tseries_id\tvalue\tyear\nM01\tXXA\t9\t2021\n",
    ]);
    expect(text).toEqual([
      "XXA\t2019\tM12\t1\t",
      "XXA\t2020\tM02\t2.50\tR",
      "XXA\t2020\tM03\t3\t",
      "XXA\t2021\tM01\t9\t",
      "XXB\t2020\tM01\t5\t",
      "XXC\t2020\tM01\t7\t\xa7",
    ]);
    expect(faults).toEqual({ seriesLeftOut: 0, known: 0, filesLeftOut: [], messages: [], faults: 0 });
  });

  test("leave out a series with different values, and report both places", async () => {
    const texts = [
      rows("XXA\t2020\tM01\t1\t", "XXB\t2020\tM01\t1\t"),
      rows("XXA\t2020\tM02\t5\t", "XXB\t2020\tM01\t1.5\t", "XXC\t2020\tM01\t3\t"),
    ];
    const { text, faults } = await merge(texts);
    expect(text).toEqual(["XXA\t2020\tM01\t1\t", "XXA\t2020\tM02\t5\t", "XXC\t2020\tM01\t3\t"]);
    expect(faults.messages).toEqual([
      "series XXB, 2020 M01: 1 in xx.data.0.A, line 3, but 1.5 in xx.data.1.A, line 3",
    ]);
    expect((await merge(texts, ["XXB"])).faults).toEqual({
      seriesLeftOut: 1,
      known: 1,
      filesLeftOut: [],
      messages: [],
      faults: 0,
    });
  });

  test("leave out a series with a row that cannot be read, and a file with a different header", async () => {
    const { text, faults } = await merge([
      rows("XXA\t2020\tM01\t1\t", "XXB\t2020\tM01\tx\t", "XXB\t2020\tM02\t2\t", "XXC\t2020\tM01\t3\t"),
      rows("XXC\t2020\tM02\t3\t", "XXC\t2020\tM02\t3\t"),
      "type_code\ttype_text\r\n1\tone\r\n",
    ]);
    expect(text).toEqual(["XXA\t2020\tM01\t1\t"]);
    expect(faults).toMatchObject({ seriesLeftOut: 2, faults: 3, filesLeftOut: ["xx.data.2.A"] });
    expect(faults.messages).toEqual([
      expect.stringContaining("xx.data.2.A, line 1: the header has no column series_id"),
      expect.stringContaining("xx.data.0.A, line 3: the value is not a number"),
      expect.stringContaining("xx.data.1.A, line 3: a second value for the same series, year, and period"),
    ]);
  });

  test("can have many parts, some of them unsorted", async () => {
    const { text, faults } = await merge([
      rows("XXB\t2020\tM01\t1\t", "XXA\t2020\tM01\t1\t", "XXB\t2020\tM02\t2\t"),
      ...Array.from({ length: 80 }, (_, index) => rows(`XXA\t${1900 + index}\tM01\t${index}\t`)),
      rows("XXD\t2020\tM01\t1\t", "XXC\t2020\tM01\t1\t"),
    ]);
    expect(text).toHaveLength(85);
    expect(text.slice(-4)).toEqual([
      "XXB\t2020\tM01\t1\t",
      "XXB\t2020\tM02\t2\t",
      "XXC\t2020\tM01\t1\t",
      "XXD\t2020\tM01\t1\t",
    ]);
    expect(faults.faults).toBe(0);
  });

  test("give the best years of the union, however the files overlap", async () => {
    const observation = fc.record({
      id: fc.constantFrom("XXA", "XXB", "XXC", "XXD"),
      year: fc.integer({ min: 2000, max: 2003 }),
      month: fc.integer({ min: 1, max: 4 }),
      cents: fc.integer({ min: -500, max: 500 }),
      files: fc.uniqueArray(fc.nat(2), { minLength: 1 }),
    });
    const observations = fc.uniqueArray(observation, {
      selector: ({ id, year, month }) => `${id} ${year} ${month}`,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(observations, async (made) => {
        const texts = [0, 1, 2].map((index) =>
          rows(
            ...made
              .filter(({ files }) => files.includes(index))
              .map(
                ({ id, year, month, cents }) => `${id}\t${year}\tM0${month}\t${(cents / 100).toFixed(2)}\t`,
              ),
          ),
        );
        const merged = mergedFile(
          "merged",
          texts.map((text, index) => file(`f${index}`, text)),
          new Set(),
        );
        const found = await readMerged(merged, async (chunks) => {
          using best = await bestYears(chunks, { file: "merged", includeAverages: false });
          return { rows: best.rows, series: [...best.series] };
        });
        expect(found.rows).toBe(made.length);
        expect(found.series.map(({ seriesId, year, value }) => [seriesId, year, value])).toEqual(
          expectedOf(made),
        );
      }),
      { numRuns: 100 },
    );
  });
});

/** Computes the best years with plain integers. */
function expectedOf(made: { id: string; year: number; cents: number }[]): [string, number, string][] {
  const sums = new Map<string, Map<number, number>>();
  for (const { id, year, cents } of made) {
    const years = sums.get(id) ?? new Map<number, number>();
    sums.set(id, years.set(year, (years.get(year) ?? 0) + cents));
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, years]) => {
      const [best] = [...years].sort(([yearA, a], [yearB, b]) => b - a || yearA - yearB);
      const [year, cents] = best ?? [0, 0];
      return [id, year, (cents / 100).toFixed(2)] as [BestYear["seriesId"], number, string];
    });
}

import { existsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDecimal, unitsAt } from "../decimal.ts";
import { DataFileMalformed } from "../errors.ts";
import { compareFiles, type SeriesDifferences } from "./compare-files.ts";
import { formatValue } from "./compare-series.ts";
import type { FileDifferences } from "./differences.ts";
import type { ReadableFile } from "./series-blocks.ts";

const HEADER = "series_id        \tyear\tperiod\t       value\tfootnote_codes\n";

function readable(file: string, text: string, chunk = 64): ReadableFile & { closed: () => boolean } {
  const bytes = Buffer.from(text);
  let closed = true;
  async function* chunks() {
    closed = false;
    try {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    } finally {
      closed = true;
    }
  }
  return { file, bytes: bytes.length, open: async () => chunks(), closed: () => closed };
}

function file(name: string, ...rows: string[]): ReturnType<typeof readable> {
  return readable(name, HEADER + rows.map((row) => `${row.replaceAll(" ", "\t")}\t\n`).join(""));
}

/** Compares the files and collects all differences in `all`, one line per observation. */
const compare = (
  before: ReadableFile,
  after: ReadableFile,
  mostRows = 10,
  mostBytes?: number,
  all: string[] = [],
) => {
  const take = async (series: AsyncIterable<SeriesDifferences>) => {
    all.length = 0;
    for await (const { seriesId, differences } of series) {
      for (const { year, period, before: old, after: current } of differences) {
        const [from, to] = [old, current].map((value) => (value === undefined ? "none" : formatValue(value)));
        all.push(`${seriesId} ${year} ${period}: ${from} to ${to}`);
      }
    }
  };
  return compareFiles(before, after, take, mostRows, mostBytes);
};

const compared = async (before: ReadableFile, after: ReadableFile, mostRows = 10, all: string[] = []) => {
  const differences = await compare(before, after, mostRows, undefined, all);
  if (differences === undefined) throw new Error("the files were not compared");
  return differences;
};

describe("two vintages of a data file", () => {
  test("differ in changed, new, and dropped observations", async () => {
    const before = file("old", "AAA 2023 Q01 1.0", "AAA 2023 Q02 2.5", "BBB 2023 Q01 7", "CCC 2022 Q01 5");
    const after = file(
      "new",
      "AAA 2023 Q01 1.00",
      "AAA 2023 Q02 2.75",
      "AAA 2023 Q03 3",
      "BBB 2023 Q01 -0.1",
      "DDD 2024 Q01 1",
    );
    expect(await compared(before, after)).toEqual({
      changed: 2,
      added: 2,
      dropped: 1,
      footnotes: 0,
      byYear: [
        { year: 2022, changed: 0, added: 0, dropped: 1, footnotes: 0 },
        { year: 2023, changed: 2, added: 1, dropped: 0, footnotes: 0 },
        { year: 2024, changed: 0, added: 1, dropped: 0, footnotes: 0 },
      ],
      changedSeries: 2,
      rows: [
        {
          seriesId: "BBB",
          changed: 1,
          added: 0,
          dropped: 0,
          footnotes: 0,
          largest: { year: 2023, period: "Q01", before: "7", after: "-0.1", change: "-7.1" },
        },
        {
          seriesId: "AAA",
          changed: 1,
          added: 1,
          dropped: 0,
          footnotes: 0,
          largest: { year: 2023, period: "Q02", before: "2.5", after: "2.75", change: "0.25" },
        },
      ],
    });
  });

  test.each([
    ["in order", ["AAA 2022 Q04 5", "AAA 2023 Q01 1", "BBB 2023 Q01 7"]],
    ["in no order", ["BBB 2023 Q01 7", "AAA 2023 Q01 1", "AAA 2022 Q04 5"]],
  ])("%s yield differences in the order of series, year, and period", async (_, rows) => {
    const before = file("old", "AAA 2023 Q01 1.50", "AAA 2023 Q02 2", "BBB 2023 Q01 7.0");
    const all: string[] = [];
    await compared(before, file("new", ...rows), 0, all);
    expect(all).toEqual(["AAA 2022 Q04: none to 5", "AAA 2023 Q01: 1.50 to 1", "AAA 2023 Q02: 2 to none"]);
  });

  test("yield the series with the largest changes, whatever their order in the file", async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `S${String(index).padStart(3, "0")}`);
    const change = (index: number) => (index * 37) % 50;
    const before = file("old", ...ids.map((id) => `${id} 2023 A01 0`));
    const after = file("new", ...ids.map((id, index) => `${id} 2023 A01 ${change(index) + 1}`));
    const { changedSeries, rows } = await compared(before, after, 5);
    expect(changedSeries).toBe(50);
    expect(rows.map(({ largest }) => largest.change)).toEqual(["50", "49", "48", "47", "46"]);
  });

  test("can differ in footnotes alone, but only if both files have a column of footnotes", async () => {
    const rows = (...footnotes: string[]) =>
      readable(
        "file",
        `${HEADER}${footnotes.map((codes, month) => `AAA\t2023\tM0${month + 1}\t1.0\t${codes}\n`).join("")}AAA\t2023\tM12\t-\tX\n`,
      );
    const all: string[] = [];
    const found = await compared(rows("P", "P", "R", ""), rows("", "R", "R", "P"), 10, all);
    expect(found).toMatchObject({
      changed: 0,
      added: 0,
      dropped: 0,
      footnotes: 3,
      changedSeries: 0,
      rows: [],
    });
    expect(found.byYear).toEqual([{ year: 2023, changed: 0, added: 0, dropped: 0, footnotes: 3 }]);
    expect(all).toEqual(["AAA 2023 M01: 1.0 to 1.0", "AAA 2023 M02: 1.0 to 1.0", "AAA 2023 M04: 1.0 to 1.0"]);
    const without = readable("file", "series_id\tyear\tperiod\tvalue\nAAA\t2023\tM01\t1\n");
    expect(await compared(without, rows("P"))).toMatchObject({ changed: 0, added: 0, footnotes: 0 });
  });

  test("have no differences if only line ends, blank lines, padding, and a column of footnotes differ", async () => {
    const before = readable("old", `${HEADER}AAA\t2023\tQ01\t 1.0\tR\nAAA\t2023\tQ02\t-\t\n`);
    const after = readable(
      "new",
      "SERIES_ID\tyear\tperiod\tvalue\r\nAAA  \t2023\tQ01\t1.00\r\n\r\nAAA\t2023\tQ02\t \r\n",
    );
    expect(await compared(before, after)).toMatchObject({ changed: 0, added: 0, dropped: 0, rows: [] });
  });

  test("are compared exactly, beyond the precision of floating point", async () => {
    const before = file("old", "AAA 2023 A01 9007199254740993.1");
    const after = file("new", "AAA 2023 A01 9007199254740993.10001");
    const { rows } = await compared(before, after);
    expect(rows[0]?.largest.change).toBe("0.00001");
  });

  test("that are not sorted are compared in memory, or not at all if they are too large", async () => {
    const before = file("old", "BBB 2023 Q01 1", "AAA 2023 Q01 1", "BBB 2023 Q02 1");
    const after = file("new", "AAA 2023 Q01 2", "BBB 2023 Q01 1", "BBB 2023 Q02 4");
    expect(await compared(before, after)).toMatchObject({ changed: 2, added: 0, dropped: 0 });
    const bytes = before.bytes + after.bytes;
    expect(await compare(before, after, 10, bytes)).toBeDefined();
    expect(await compare(before, after, 10, bytes - 1)).toBeUndefined();
  });

  test("with an unreadable row are refused with an error that locates the row, and both files are closed", async () => {
    const before = file("old", "AAA 2023 Q01 1", "BBB 2023 Q01 1", "BBB 2023 Q02 1.2x");
    const after = file("new", "AAA 2023 Q01 1", "BBB 2023 Q01 1", "BBB 2023 Q02 1.2", "CCC 2023 Q01 1");
    const failure = compare(before, after, 10);
    await expect(failure).rejects.toThrow(DataFileMalformed);
    await expect(failure).rejects.toThrow(
      'old, line 4: the value is not a number: "BBB\\t2023\\tQ02\\t1.2x\\t"',
    );
    expect([before.closed(), after.closed()]).toEqual([true, true]);
  });

  test("are refused if one has a second value for the same series, year, and period", async () => {
    const before = file("old", "AAA 2023 Q01 1", "AAA 2023 Q01 2");
    await expect(compare(before, file("new", "AAA 2023 Q01 3"), 10)).rejects.toThrow("old, line 3: a second");
  });
});

type Observation = { id: string; year: number; period: string; value: string };

const observations = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom("AAA", "AAB", "B", "CCC0000000000001", "CCC0000000000002"),
    year: fc.integer({ min: 2019, max: 2022 }),
    period: fc.constantFrom("Q01", "Q05", "M01", "M13", "A01"),
    value: fc.oneof(
      fc.constantFrom("-", "0", "-0.0", "12345678901234567890.5", ".5"),
      fc.integer({ min: -20, max: 20 }).map((units) => (units / 10).toFixed(1)),
    ),
  }),
  { selector: ({ id, year, period }) => `${id} ${year} ${period}`, maxLength: 60 },
);

const layout = fc.record({
  sorted: fc.boolean(),
  crlf: fc.boolean(),
  padded: fc.boolean(),
  columns: fc.constantFrom(
    ["series_id", "year", "period", "value", "footnote_codes"],
    ["year", "value", "series_id", "period", "footnote_codes"],
  ),
  lastEnd: fc.boolean(),
  chunk: fc.constantFrom(1, 7, 64, 4096),
});

function write(
  rows: Observation[],
  { sorted, crlf, padded, columns, lastEnd }: typeof layout extends fc.Arbitrary<infer T> ? T : never,
) {
  const ordered = sorted ? rows.toSorted((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1)) : rows;
  const cells = ordered.map(({ id, year, period, value }) => {
    const fields = new Map([
      ["series_id", padded ? id.padEnd(17) : id],
      ["year", String(year)],
      ["period", period],
      ["value", padded ? value.padStart(12) : value],
    ]);
    return columns.map((column) => fields.get(column) ?? "");
  });
  const end = crlf ? "\r\n" : "\n";
  const text = [columns, ...cells].map((line) => line.join("\t")).join(end);
  return lastEnd || rows.length === 0 ? text + end : text;
}

function rowKey({ id, year, period }: Observation): string {
  return `${id.padEnd(17)} ${year} ${period}`;
}

/** The expected result, computed with maps and with all values as multiples of 0.0001. */
function reference(before: Observation[], after: Observation[]) {
  const unitsOf = (rows: Observation[]) =>
    new Map(
      rows.flatMap((row) => {
        const decimal = row.value === "-" ? undefined : parseDecimal(row.value);
        const units = decimal && unitsAt(decimal, 4);
        return units === undefined ? [] : [[rowKey(row), { units, row }] as const];
      }),
    );
  const [old, current] = [unitsOf(before), unitsOf(after)];
  const both = [...current].flatMap(([key, { units, row }]) => {
    const then = old.get(key);
    return then === undefined || then.units === units ? [] : [{ row, change: units - then.units }];
  });
  const size = (units: bigint) => (units < 0n ? -units : units);
  const largest = new Map<string, bigint>();
  for (const { row, change } of both) {
    if (size(change) > (largest.get(row.id) ?? 0n)) largest.set(row.id, size(change));
  }
  return {
    changed: both.length,
    added: [...current.keys()].filter((key) => !old.has(key)).length,
    dropped: [...old.keys()].filter((key) => !current.has(key)).length,
    largest: Object.fromEntries(largest),
    changedYears: [...new Set(both.map(({ row }) => row.year))].sort(),
  };
}

function asReference({ changed, added, dropped, byYear, rows }: FileDifferences) {
  return {
    changed,
    added,
    dropped,
    largest: Object.fromEntries(
      rows.map(({ seriesId, largest }) => {
        const units = unitsAt(parseDecimal(largest.change) ?? { units: 0n, decimals: 0 }, 4) ?? 0n;
        return [seriesId, units < 0n ? -units : units];
      }),
    ),
    changedYears: byYear.flatMap(({ year, changed: count }) => (count > 0 ? [year] : [])),
  };
}

test("any two files, in any order, layout, and chunks, give the same result as a simple comparison", async () => {
  await fc.assert(
    fc.asyncProperty(
      observations,
      observations,
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      layout,
      layout,
      async (first, second, kept, before, after) => {
        // Vintages of a file share most of their rows.
        const keys = new Set(second.map(rowKey));
        const later = [...first.filter((row, index) => kept[index] && !keys.has(rowKey(row))), ...second];
        const differences = await compared(
          readable("old", write(first, before), before.chunk),
          readable("new", write(later, after), after.chunk),
          100,
        );
        expect(asReference(differences)).toEqual(reference(first, later));
      },
    ),
    { numRuns: process.env.QUEST_LONG ? 5000 : 300 },
  );
});

const data = fileURLToPath(new URL("../../../../../shared/data/bls", import.meta.url));
describe.skipIf(!existsSync(data))("real BLS files (skips without ../shared/data)", () => {
  const vintage = (name: string): ReadableFile => {
    const path = `${data}/${name}/pr/pr.data.0.Current`;
    return {
      file: path,
      bytes: statSync(path).size,
      open: async () => (await open(path)).createReadStream(),
    };
  };

  test("of February 2025 and June 2026 have the differences that an independent count found", async () => {
    const all: string[] = [];
    const { rows, byYear, ...counts } = await compared(vintage("2025-02"), vintage("2026-06"), 10, all);
    expect(all).toHaveLength(15988 + 1581 + 11);
    expect(counts).toEqual({ changed: 15988, added: 1581, dropped: 0, footnotes: 11, changedSeries: 270 });
    expect(byYear.find(({ year }) => year === 2020)?.changed).toBe(985);
    expect(rows[0]?.seriesId).toBe("PRS88003182");
    expect(rows[0]?.largest).toEqual({
      year: 2020,
      period: "Q03",
      before: "384.6",
      after: "412.8",
      change: "28.2",
    });
  });
});

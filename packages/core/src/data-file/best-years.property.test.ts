import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";
import { DataFileMalformed } from "../errors.ts";
import { type BestYear, type BestYears, bestYears } from "./best-years.ts";
import { bestYearsOfFile } from "./read-file.ts";

/** Everything with QUEST_LONG=1, otherwise the same small part each time. */
const long = process.env.QUEST_LONG === "1";
const runs = (few: number): fc.Parameters<unknown> =>
  long ? { numRuns: few * 20 } : { numRuns: few, seed: 20_260_801 };

const PERIODS = ["M", "Q", "S"].flatMap((letter) =>
  Array.from(
    { length: { M: 13, Q: 5, S: 3 }[letter] ?? 0 },
    (_, index) => `${letter}${String(index + 1).padStart(2, "0")}`,
  ),
);
PERIODS.push("A01");

vi.setConfig({ testTimeout: long ? 600_000 : 30_000 });

type Observation = { id: string; year: number; period: string; value: string; footnote: Buffer };

/** A file as text cells, and how it is written down. */
type File = {
  observations: Observation[];
  columns: string[];
  widths: number[];
  lineEnd: string;
  lastLineEnds: boolean;
  blankLines: number;
  byteOrderMark: boolean;
};

const digits = (most: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: most });
const plainValue = fc
  .tuple(fc.constantFrom("", "-"), digits(4), digits(3))
  .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`);
const oddValue = fc.oneof(
  fc
    .tuple(fc.constantFrom("", "-"), digits(22), fc.constantFrom("", "."), digits(22))
    .map((parts) => parts.join("")),
  fc.tuple(fc.constantFrom("", "-"), digits(3)).map(([sign, whole]) => `${sign}${whole}.`),
  fc.tuple(fc.constantFrom("", "-"), digits(3)).map(([sign, fraction]) => `${sign}.${fraction}`),
  fc.constantFrom("9007199254740991", "-9007199254740991", "999999999999999", "0", "-0.0", "00012.50"),
);
const noValue = fc.constantFrom("", "-");
const ids = [
  ...["PRS30006011", "PRS30006012", "PRS30006013", "PRS3000601", "PRS30006011X", "PRT30006011", "ZZ"],
  ...["a", "a-", "a_", "B#1", "é", "日本", "𝒳", "naïve"],
];

/** A handful of series over a few years, in one way of writing values per file or in all of them. */
const observations = fc
  .record({
    value: fc.constantFrom(
      fc.oneof(
        { weight: 30, arbitrary: plainValue.map((value) => Number(value).toFixed(1)) },
        { weight: 1, arbitrary: noValue },
      ),
      fc.oneof({ weight: 10, arbitrary: plainValue }, { weight: 1, arbitrary: noValue }),
      fc.oneof(plainValue, oddValue, noValue),
    ),
    periods: fc.constantFrom(
      PERIODS,
      PERIODS.slice(0, 13),
      PERIODS.slice(13, 18),
      ["Q05"],
      ["M13", "Q05", "S03", "A01"],
    ),
  })
  .chain(({ value, periods }) =>
    fc.uniqueArray(
      fc.record({
        id: fc.constantFrom(...ids),
        year: fc.oneof(
          { weight: 9, arbitrary: fc.integer({ min: 2019, max: 2024 }) },
          fc.constantFrom(1000, 1947, 9999),
        ),
        period: fc.constantFrom(...periods),
        value,
        footnote: fc.oneof(
          { weight: 5, arbitrary: fc.constant(Buffer.alloc(0)) },
          fc.constantFrom("R", "R,C", '"', '""R', "P\t\tP", "=1+1").map((text) => Buffer.from(text)),
          fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10))),
        ),
      }),
      {
        selector: ({ id, year, period }) => `${id} ${year} ${period}`,
        minLength: 1,
        maxLength: 120,
        size: "max",
      },
    ),
  )
  .chain((rows) => {
    const sorted = rows.toSorted((a, b) => compareBytes(sortKey(a), sortKey(b)));
    return fc.oneof(
      fc.constant(sorted),
      fc.constant(rows),
      fc.nat({ max: rows.length }).map((at) => rotated(sorted, at)),
    );
  });

const DATA_COLUMNS = ["series_id", "year", "period", "value", "footnote_codes"];
const file: fc.Arbitrary<File> = fc.record({
  observations,
  columns: fc.oneof<fc.MaybeWeightedArbitrary<string[]>[]>(
    { weight: 3, arbitrary: fc.constant(DATA_COLUMNS) },
    fc.constant(DATA_COLUMNS.slice(0, 4)),
    fc.shuffledSubarray([...DATA_COLUMNS, "extra"], { minLength: 6 }),
    fc.constant(["Series_ID", "YEAR", "period", "Value", "footnote_codes", "extra"]),
  ),
  widths: fc.oneof<fc.MaybeWeightedArbitrary<number[]>[]>(
    fc.constant([17, 4, 3, 12, 0]),
    fc.constant([0, 0, 0, 0, 0]),
    fc.array(fc.integer({ min: -14, max: 14 }), { minLength: 5, maxLength: 5 }),
  ),
  lineEnd: fc.constantFrom("\n", "\r\n"),
  lastLineEnds: fc.boolean(),
  blankLines: fc.constantFrom(0, 0, 1, 2),
  byteOrderMark: fc.boolean(),
});

function sortKey({ id, year, period }: Observation): string {
  return `${id}\0${year} ${period}`;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function rotated<T>(items: T[], at: number): T[] {
  return [...items.slice(at), ...items.slice(0, at)];
}

/** Pads to the left for a positive width and to the right for a negative one. */
function pad(text: string, width: number): string {
  return width > 0 ? text.padStart(width) : text.padEnd(-width);
}

function written({ observations: rows, columns, widths, lineEnd, ...rest }: File): Buffer {
  const last = columns.length - 1;
  const cellsOf = (row: Observation) => {
    const texts: Record<string, string> = {
      series_id: row.id,
      year: String(row.year),
      period: row.period,
      value: row.value,
    };
    return columns.map((column, index) => {
      const name = column.toLowerCase();
      if (name === "extra") return Buffer.from("x");
      if (name === "footnote_codes") {
        return index === last ? row.footnote : Buffer.from(row.footnote.filter((byte) => byte !== 9));
      }
      const width = widths[DATA_COLUMNS.indexOf(name)] ?? 0;
      return Buffer.from(pad(texts[name] ?? "", name === "series_id" ? -Math.abs(width) : width));
    });
  };
  const lines = [
    columns.map((column, index) => Buffer.from(pad(column, widths[index] ?? 0))),
    ...rows.map(cellsOf),
  ];
  const parts = lines.flatMap((cells, line) => [
    Buffer.from(line === 0 && rest.byteOrderMark ? "\uFEFF" : ""),
    ...cells.flatMap((cell, index) => (index === 0 ? [cell] : [Buffer.from("\t"), cell])),
    Buffer.from(line < rows.length || rest.lastLineEnds ? lineEnd : ""),
  ]);
  if (rest.lastLineEnds) parts.push(Buffer.from(lineEnd.repeat(rest.blankLines)));
  return Buffer.concat(parts);
}

/** What `bestYears` must answer, in the plainest way: all values as whole numbers of 10 ** -50, summed by BigInt. */
function reference(rows: Observation[], includeAverages: boolean): BestYear[] {
  const groups: [BestYear["basis"], RegExp][] = [
    ["months", /^M(0\d|1[0-2])$/],
    ["quarters", /^Q0[1-4]$/],
    ["halves", /^S0[12]$/],
    ["annual", /^M13$/],
    ["annual", /^Q05$/],
    ["annual", /^S03$/],
    ["annual", /^A01$/],
  ];
  const best: BestYear[] = [];
  for (const seriesId of [...new Set(rows.map(({ id }) => id))].sort(compareBytes)) {
    const valued = rows.filter(({ id, value }) => id === seriesId && value !== "" && value !== "-");
    const finest = groups.find(([, periods]) => valued.some(({ period }) => periods.test(period)));
    if (finest === undefined) continue;
    const [basis, periods] = finest;
    const sums = new Map<number, bigint>();
    for (const { year, period, value } of valued) {
      if (includeAverages || periods.test(period)) sums.set(year, (sums.get(year) ?? 0n) + fifty(value));
    }
    const [first, ...others] = [...sums].sort(([yearA, a], [yearB, b]) =>
      a === b ? yearA - yearB : a < b ? 1 : -1,
    );
    if (first === undefined) continue;
    const ties = others.filter(([, sum]) => sum === first[1]).map(([year]) => year);
    best.push({ seriesId, year: first[0], value: shortest(first[1]), basis, ties });
  }
  return best;
}

function fifty(value: string): bigint {
  const [whole = "", fraction = ""] = value.replace("-", "").split(".");
  const units = BigInt(whole + fraction.padEnd(50, "0"));
  return value.startsWith("-") ? -units : units;
}

function shortest(units: bigint): string {
  const text = String(units < 0n ? -units : units).padStart(51, "0");
  const fraction = text.slice(-50).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${text.slice(0, -50)}${fraction && `.${fraction}`}`;
}

async function* inChunks(bytes: Buffer, lengths: number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let chunk = 0; at < bytes.length; chunk++) {
    const length = lengths[chunk % lengths.length] ?? 1;
    // A copy, so that whoever keeps a chunk for later is found out.
    const copy = Buffer.from(bytes.subarray(at, at + length));
    yield copy;
    copy.fill("~");
    at += length;
  }
}

const chunkLengths: fc.Arbitrary<number[]> = fc.oneof<fc.MaybeWeightedArbitrary<number[]>[]>(
  fc.constant([1]),
  fc.constant([1 << 20]),
  fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 }),
);

function answers({ rows, series }: BestYears): { rows: number; series: BestYear[] } {
  return { rows, series: [...series] };
}

describe("any file that can be read", () => {
  it("gives the answers of exact arithmetic, wherever its chunks end", async () => {
    await fc.assert(
      fc.asyncProperty(file, chunkLengths, fc.boolean(), async (made, lengths, includeAverages) => {
        const chunks = inChunks(written(made), lengths);
        using best = await bestYears(chunks, { file: "made", includeAverages });
        expect(answers(best)).toEqual({
          rows: made.observations.length,
          series: reference(made.observations, includeAverages),
        });
      }),
      runs(1500),
    );
  });

  it("gives back the selected rows as they are", async () => {
    await fc.assert(
      fc.asyncProperty(file, chunkLengths, fc.nat(), async (made, lengths, pick) => {
        const { id: series, period } = made.observations[pick % made.observations.length] ?? {
          id: "",
          period: "",
        };
        const options = { file: "made", includeAverages: false, select: { series, period } };
        using best = await bestYears(inChunks(written(made), lengths), options);
        const selected = made.observations.filter((row) => row.id === series && row.period === period);
        expect(best.selected.map(({ year, value }) => ({ year, value }))).toEqual(
          selected
            .toSorted((a, b) => a.year - b.year)
            .map(({ year, value }) => ({ year, value: value === "" || value === "-" ? null : value })),
        );
        expect([...best.series]).toEqual(reference(made.observations, false));
      }),
      runs(400),
    );
  });

  const folder = mkdtempSync(join(tmpdir(), "data-quest-test-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("gives the same answers read by several threads", async () => {
    const path = join(folder, "made");
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        async (made, threads, includeAverages) => {
          writeFileSync(path, written(made));
          using best = await bestYearsOfFile(path, { file: "made", includeAverages, threads });
          expect(answers(best)).toEqual({
            rows: made.observations.length,
            series: reference(made.observations, includeAverages),
          });
        },
      ),
      runs(25),
    );
  });
});

describe("a file with one bad line", () => {
  const faults: ((row: Observation) => Partial<Record<keyof Observation, string>>)[] = [
    ({ value }) => ({ value: `${value}x` }),
    ({ value }) => ({ value: `${value.slice(0, -1)}x` }),
    ({ value }) => ({ value: `1${value}-` }),
    ({ value }) => ({ value: `${value || "1"}e5` }),
    ({ value }) => ({ value: `1 ${value || "1"}` }),
    () => ({ value: "1,234" }),
    () => ({ value: "." }),
    () => ({ value: "--1" }),
    ({ year }) => ({ year: `${year}0` }),
    ({ year }) => ({ year: ` ${year}`.slice(0, 4).replace(" ", "x") }),
    () => ({ period: "M14" }),
    () => ({ period: "Q00" }),
    () => ({ period: "m01" }),
    () => ({ id: "  " }),
  ];

  it("is refused, with the line's number and text", async () => {
    await fc.assert(
      fc.asyncProperty(
        file,
        chunkLengths,
        fc.nat(),
        fc.constantFrom(...faults),
        async (made, lengths, pick, fault) => {
          const line = pick % made.observations.length;
          const bad = made.observations.map((row, index) =>
            index === line ? { ...row, ...fault(row) } : row,
          ) as Observation[];
          const bytes = written({ ...made, observations: bad });
          const text = bytes.toString("latin1").split("\n")[line + 1]?.replace(/\r*$/, "") ?? "";
          const error = await bestYears(inChunks(bytes, lengths), {
            file: "made",
            includeAverages: false,
          }).catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(DataFileMalformed);
          expect(String(error)).toContain(`made, line ${line + 2}: `);
          const shown = JSON.parse(/: ("(?:[^"\\]|\\.)*")$/s.exec(String(error))?.[1] ?? '"nothing"');
          expect(shown.slice(0, 20)).toBe(shownText(Buffer.from(text, "latin1")).slice(0, 20));
        },
      ),
      runs(600),
    );
  });

  it("is refused where a period of a series has a second value", async () => {
    await fc.assert(
      fc.asyncProperty(file, chunkLengths, fc.nat(), fc.boolean(), async (made, lengths, pick, next) => {
        const valued = made.observations.filter(({ value }) => value !== "" && value !== "-");
        const twice = valued[pick % valued.length];
        fc.pre(twice !== undefined);
        const at = next ? made.observations.indexOf(twice) + 1 : made.observations.length;
        const observations = made.observations.toSpliced(at, 0, { ...twice, value: "1.0" });
        const read = bestYears(inChunks(written({ ...made, observations }), lengths), {
          file: "made",
          includeAverages: false,
        });
        await expect(read).rejects.toThrow(`made, line ${at + 2}: a second value`);
      }),
      runs(200),
    );
  });

  it("is refused cut off in the middle of a row, unless only the footnote is cut", async () => {
    await fc.assert(
      fc.asyncProperty(observations, fc.nat(), async (rows, cut) => {
        const made = { columns: DATA_COLUMNS, widths: [17, 4, 3, 12, 0], lineEnd: "\n" };
        const style = { lastLineEnds: false, blankLines: 0, byteOrderMark: false };
        const bytes = written({ observations: rows, ...made, ...style });
        const lastLine = bytes.lastIndexOf("\n") + 1;
        const valueEnd = bytes.indexOf(
          "\t",
          bytes.indexOf("\t", bytes.indexOf("\t", bytes.indexOf("\t", lastLine) + 1) + 1) + 1,
        );
        const end = lastLine + 1 + (cut % (valueEnd - lastLine));
        const read = bestYears(inChunks(bytes.subarray(0, end), [64]), {
          file: "made",
          includeAverages: false,
        });
        await expect(read).rejects.toThrow(`made, line ${rows.length + 1}: `);
      }),
      runs(200),
    );
  });
});

function shownText(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

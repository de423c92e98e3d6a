/**
 * Random data files with everything that BLS files may contain, and their expected results, computed with
 * plain exact arithmetic.
 */
import fc from "fast-check";
import type { BestYear } from "./best-years.ts";

const PERIODS = ["M", "Q", "S"].flatMap((letter) =>
  Array.from(
    { length: { M: 13, Q: 5, S: 3 }[letter] ?? 0 },
    (_, index) => `${letter}${String(index + 1).padStart(2, "0")}`,
  ),
);
PERIODS.push("A01");

export type Observation = { id: string; year: number; period: string; value: string; footnote: Buffer };

/** A file as text cells, and its layout. */
export type File = {
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

/**
 * A handful of series over a few years. In each file, the values have either one format or a mix of all
 * formats.
 */
export const observations = fc
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

export const DATA_COLUMNS = ["series_id", "year", "period", "value", "footnote_codes"];
export const file: fc.Arbitrary<File> = fc.record({
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

export function written({ observations: rows, columns, widths, lineEnd, ...rest }: File): Buffer {
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

/**
 * The expected result of `bestYears`, computed in the simplest way: all values as multiples of 10 ** -50,
 * summed as BigInt.
 */
export function reference(rows: Observation[], includeAverages: boolean): BestYear[] {
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
    if (finest === undefined) {
      best.push({ seriesId, year: null, value: null, basis: "none", ties: [] });
      continue;
    }
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
    best.push({
      seriesId,
      year: first[0],
      value: withDecimals(first[1], Math.max(...valued.map(({ value }) => decimalsOf(value)))),
      basis: includeAverages ? "all" : basis,
      ties,
    });
  }
  return best;
}

function fifty(value: string): bigint {
  const [whole = "", fraction = ""] = value.replace("-", "").split(".");
  const units = BigInt(whole + fraction.padEnd(50, "0"));
  return value.startsWith("-") ? -units : units;
}

function decimalsOf(value: string): number {
  return value.split(".")[1]?.length ?? 0;
}

function withDecimals(units: bigint, decimals: number): string {
  const text = String(units < 0n ? -units : units).padStart(51, "0");
  const fraction = text.slice(-50).slice(0, decimals);
  return `${units < 0n ? "-" : ""}${text.slice(0, -50)}${fraction && `.${fraction}`}`;
}

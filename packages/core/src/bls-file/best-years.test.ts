import { createReadStream, existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { DataFileMalformed } from "../errors.ts";
import { type BestYear, type BestYears, type BestYearsOptions, bestYears } from "./best-years.ts";

const HEADER = "series_id        \tyear\tperiod\t       value\tfootnote_codes";

async function* inChunks(text: string | Buffer, length = 1 << 16): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

function read(text: string | Buffer, options: Partial<BestYearsOptions> = {}): Promise<BestYears> {
  return bestYears(inChunks(text), { file: "xx.data.1.Test", includeAverages: false, ...options });
}

async function best(rows: string[], options?: Partial<BestYearsOptions>): Promise<BestYear[]> {
  return [...(await read([HEADER, ...rows, ""].join("\n"), options)).series];
}

const row = (id: string, year: number, period: string, value: string, footnotes = "") =>
  `${id}\t${year}\t${period}\t${value}\t${footnotes}`;

describe("the best year", () => {
  test("is the earlier of two years with the same exact sum, as for PRS84006142", async () => {
    const file = fileURLToPath(new URL("fixtures/PRS84006142.txt", import.meta.url));
    const { series } = await bestYears(createReadStream(file), { file, includeAverages: false });
    expect([...series]).toEqual([
      { seriesId: "PRS84006142", year: 2021, value: "28.5", basis: "quarters", ties: [2022] },
    ]);
    const floating = (year: string) =>
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => line.split("\t"))
        .filter((cells) => cells[1] === year && cells[2] !== "Q05")
        .reduce((sum, cells) => sum + Number(cells[3]), 0);
    expect(floating("2022")).toBeGreaterThan(floating("2021"));
  });

  test("is the earliest of several with the same sum, whatever the order of the years", async () => {
    const rows = [2003, 2001, 2004, 2002].map((year) => row("TIED", year, "A01", "7"));
    const tied = { seriesId: "TIED", year: 2001, value: "7", basis: "annual", ties: [2002, 2003, 2004] };
    expect(await best(rows)).toEqual([tied]);
    expect(await best([...rows, row("V", 2001, "A01", "1")])).toMatchObject([tied, { seriesId: "V" }]);
    expect(await best(rows, { includeAverages: true })).toEqual([{ ...tied, basis: "all" }]);
  });

  test("is computed from the finest periods for which the series has a value anywhere in the file", async () => {
    const rows = [
      row("BOTH", 2020, "Q01", "100"),
      row("BOTH", 2021, "M07", "1"),
      row("BOTH", 2021, "M13", "500"),
      row("HALF", 2020, "S01", "3"),
      row("HALF", 2020, "S03", "90"),
      row("HALF", 2021, "S02", "4"),
      row("EMPTYMONTHS", 2021, "M01", "-"),
      row("EMPTYMONTHS", 2020, "Q02", "7"),
    ];
    expect(await best(rows)).toEqual([
      { seriesId: "BOTH", year: 2021, value: "1", basis: "months", ties: [] },
      { seriesId: "EMPTYMONTHS", year: 2020, value: "7", basis: "quarters", ties: [] },
      { seriesId: "HALF", year: 2021, value: "4", basis: "halves", ties: [] },
    ]);
  });

  test("of a series with only annual values is marked as annual and never mixes two kinds of averages", async () => {
    const rows = [
      row("AN", 2020, "Q05", "2.50"),
      row("AN", 2020, "A01", "100"),
      row("AN", 2021, "Q05", "2.5"),
      row("AN", 2021, "A01", "50"),
    ];
    expect(await best(rows)).toEqual([
      { seriesId: "AN", year: 2020, value: "2.50", basis: "annual", ties: [2021] },
    ]);
  });

  test("is computed from all values, including averages, if requested", async () => {
    const rows = [
      row("X", 2020, "Q01", "1"),
      row("X", 2020, "Q05", "10.25"),
      row("X", 2021, "Q01", "3"),
      row("X", 2021, "M02", "4"),
    ];
    expect(await best(rows, { includeAverages: true })).toEqual([
      { seriesId: "X", year: 2020, value: "11.25", basis: "all", ties: [] },
    ]);
    expect(await best(rows)).toEqual([
      { seriesId: "X", year: 2021, value: "4.00", basis: "months", ties: [] },
    ]);
  });

  test("may have a negative or zero sum, and is never a year without a value", async () => {
    const rows = [
      row("NEG", 2020, "M01", "-2"),
      row("NEG", 2021, "M01", "-"),
      row("NEG", 2022, "M01", "  "),
      row("NEG", 2023, "M01", "-2.5"),
      row("ZERO", 2020, "M01", "-0.0"),
      row("ZERO", 2021, "M01", "0.5"),
      row("ZERO", 2021, "M02", "-.5"),
      row("NONE", 2021, "M02", "-"),
    ];
    expect(await best(rows)).toEqual([
      { seriesId: "NEG", year: 2020, value: "-2.0", basis: "months", ties: [] },
      { seriesId: "NONE", year: null, value: null, basis: "none", ties: [] },
      { seriesId: "ZERO", year: 2020, value: "0.0", basis: "months", ties: [2021] },
    ]);
  });

  test("has an exact sum beyond the precision of a double and for any number of decimal places", async () => {
    const rows = [
      row("LARGE", 2020, "M01", "9007199254740991"),
      row("LARGE", 2020, "M02", "1"),
      row("LARGE", 2020, "M03", "1"),
      row("LARGE", 2021, "M01", "9007199254740992"),
      row("MIXED", 2020, "M01", "5"),
      row("MIXED", 2020, "M02", "0.00000000000000000001"),
      row("MIXED", 2020, "M03", "0.1"),
      row("MIXED", 2021, "M03", "5.1"),
    ];
    expect(await best(rows)).toEqual([
      { seriesId: "LARGE", year: 2020, value: "9007199254740993", basis: "months", ties: [] },
      { seriesId: "MIXED", year: 2020, value: "5.10000000000000000001", basis: "months", ties: [] },
    ]);
  });

  test("has an exact sum with 91 decimal places", async () => {
    const value = `0.${"0".repeat(90)}1`;
    const rows = [row("A", 2020, "M01", value), row("B", 2020, "M01", "1")];
    expect(await best(rows)).toMatchObject([{ value }, { value: "1" }]);
  });

  test("is kept for more series than fit in memory, and updated for a series that reappears", async () => {
    const nines = "9".repeat(90);
    const ids = Array.from({ length: 300 }, (_, number) => `S${1000 + number}`);
    const years = Array.from({ length: 100 }, (_, number) => 1900 + number);
    const rows = ids.flatMap((id) => years.map((year) => row(id, year, "A01", `${nines}${year}`)));
    const one = { year: 1999, value: `${nines}1999`, basis: "annual", ties: [] };
    const all = ids.map((seriesId) => ({ seriesId, ...one }));
    expect(await best(rows)).toEqual(all);
    const again = row("S1000", 1800, "A01", `${nines}9000`);
    const anew = { seriesId: "S1000", year: 1800, value: `${nines}9000`, basis: "annual", ties: [] };
    expect(await best([...rows, again])).toEqual([anew, ...all.slice(1)]);
  });

  test.each(["999999999999999", "-999999999999999"])(
    "has an exact sum of many values like %s",
    async (value) => {
      const months = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"];
      const rows = months.map((month) => row("MANY", 2020, `M${month}`, value));
      expect(await best(rows)).toMatchObject([{ value: `${12n * BigInt(value)}` }]);
    },
  );

  test("has an exact sum if large values cancel each other out", async () => {
    const values = ["1", "-9007199254740991", "9007199254740993"];
    const rows = [...values, "0"].map((value, month) => row("CANCEL", 2020, `M0${month + 1}`, value));
    expect(await best(rows)).toMatchObject([{ value: "3" }]);
  });

  test("exists once per series, whatever bytes the ID contains", async () => {
    const ids = ["\0\0\0\0\0\0\0\0", "\0\0\0\0\0\0\0\x80"].map((end) => `AAAAAAAA${end}BBBB`);
    const rows = ids.flatMap((id, number) =>
      [1, 2, 3].map((value) => row(id, 2020, `M0${3 * number + value}`, String(value))),
    );
    const { series } = await read(Buffer.from([HEADER, ...rows, ""].join("\n"), "latin1"));
    expect([...series].map(({ value }) => value)).toEqual(["6", "6"]);
  });

  test("exists once per series, even if IDs are not UTF-8", async () => {
    const rows = ["XX\xe8", "XX\xe9"].map((id) => row(id, 2020, "M01", "1"));
    const { series } = await read(Buffer.from([HEADER, ...rows, ""].join("\n"), "latin1"));
    expect([...series].map(({ seriesId }) => seriesId)).toEqual(["XXè", "XXé"]);
  });

  test("of each series is listed in the byte order of series_id, whatever the order of the rows", async () => {
    const rows = ["b", "B", "a_", "a-", "é", "a"].map((id) => row(id, 2020, "M01", "1"));
    expect((await best(rows)).map(({ seriesId }) => seriesId)).toEqual(["B", "a", "a-", "a_", "b", "é"]);
  });
});

describe("the selected observations", () => {
  test("are all rows of the series, by year, as published, including those without a value", async () => {
    const rows = [
      row("X", 2021, "Q01", "  13.0", "R,C"),
      row("X  ", 2020, "Q01", "-"),
      row("X", 2020, "Q02", "5"),
      row("XY", 2020, "Q01", "6"),
    ];
    const { selected } = await read([HEADER, ...rows].join("\n"), { select: ["X", "Z"] });
    expect([...selected.keys()]).toEqual(["X"]);
    expect(selected.get("X")).toEqual([
      { year: 2020, period: "Q01", value: null, footnotes: "" },
      { year: 2020, period: "Q02", value: "5", footnotes: "" },
      { year: 2021, period: "Q01", value: "13.0", footnotes: "R,C" },
    ]);
  });
});

describe("an invalid file", () => {
  const id = "PRS30006011";
  const cases: [string, string[], string][] = [
    ["too few columns", [`${id}\t2020\tM02\t1`], `4 columns, but the header has 5: "${id}\\t2020\\tM02\\t1"`],
    ["an invalid year", [`${id}\t20x0\tM02\t1\t`], "the year is not valid"],
    ["a year that is too short", [`${id}\t202\tM02\t1\t`], "the year is not valid"],
    ["no tab after the year", [`${id}\t2020xM02\t1\tR\t`], "the year is not valid"],
    ["an invalid value", [`${id}\t2020\tM02\t1.2x\t`], "the value is not a number"],
    ["a value with two decimal points", [`${id}\t2020\tM02\t1.2.3\t`], "the value is not a number"],
    ["a value that is only a decimal point", [`${id}\t2020\tM02\t.\t`], "the value is not a number"],
    ["a value with a space in it", [`${id}\t2020\tM02\t1 2\t`], "the value is not a number"],
    ["a value with a letter in it", [`${id}\t2020\tM02\t1.x\t`], "the value is not a number"],
    ["an unknown period", [`${id}\t2020\tM14\t1\t`], "the period is not one of M01, M02"],
    ["a period that is too long", [`${id}\t2020\tM021\t1\t`], "the period is not one of M01, M02"],
    ["no series", ["\t2020\tM02\t1\t"], "no series_id"],
    [
      "a period that has a value already",
      [`${id}\t2020\tM02\t1.0\t`, `${id}\t2020\tM02\t1.0\t`],
      "a second value",
    ],
    [
      "an invalid annual value",
      [`${id}\t2020\tM02\t1\t`, `${id}\t2020\tM13\t1e5\t`],
      "the value is not a number",
    ],
  ];
  test.each(cases)("with %s is refused, and the error quotes the line", async (_, lines, message) => {
    const text = [HEADER, row(id, 2020, "M01", "1.0"), ...lines, row("Z", 2020, "M01", "1"), ""].join("\r\n");
    const error = await read(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataFileMalformed);
    expect(String(error)).toContain(`xx.data.1.Test, line ${2 + lines.length}: `);
    expect(String(error)).toContain(message);
    expect(String(error)).toContain(JSON.stringify(lines.at(-1)));
  });

  test("with a row that has fewer columns than the header is refused", async () => {
    const rows = ["M01\t1\t\tx", "M02\t1\t", "M03\t1\t\tx"].map((rest) => `${id}\t2020\t${rest}`);
    const text = [`${HEADER}\textra`, ...rows, ""].join("\n");
    await expect(read(text)).rejects.toThrow("line 3: 5 columns, but the header has 6");
  });

  test("with a missing or repeated column is refused, and the error contains the column's name", async () => {
    await expect(read("series_id\tyear\tvalue\n")).rejects.toThrow("the header has no column period");
    await expect(read("series_id\tyear\tvalue\tperiod\tYEAR\n")).rejects.toThrow("the column year twice");
  });

  test("is refused if its lines end with CR alone, but not if they have more than one CR before an LF", async () => {
    const lines = [HEADER, row(id, 2020, "M01", "1"), ""];
    await expect(read(lines.join("\r"))).rejects.toThrow(
      "xx.data.1.Test, line 1: lines must end with LF or CR LF, not with CR alone",
    );
    expect((await read(lines.join("\r\r\n"))).rows).toBe(1);
  });

  test("is refused if it is empty, but not if it has only a header", async () => {
    await expect(read("")).rejects.toThrow("the file is empty");
    expect(await read(HEADER)).toMatchObject({ rows: 0, selected: new Map() });
    expect(await best([])).toEqual([]);
  });

  test("without line ends is refused before it fills the memory", async () => {
    async function* endless() {
      yield Buffer.from([HEADER, row(id, 2020, "M01", "1"), ""].join("\n"));
      for (;;) yield Buffer.alloc(1 << 16, "x");
    }
    const options = { file: "xx.data.1.Test", includeAverages: false };
    await expect(bestYears(endless(), options)).rejects.toThrow(
      "xx.data.1.Test, line 3: the line is longer than 1 MiB",
    );
  });
});

const shared = fileURLToPath(new URL("../../../../../shared/data/bls/", import.meta.url));

describe.skipIf(!existsSync(shared))("real files (skips without ../shared/data)", () => {
  const real = (vintage: string) => `${shared}${vintage}/pr/pr.data.0.Current`;

  test.each(["2025-02", "2026-05", "2026-06"])("of %s have 282 series (45 annual)", async (vintage) => {
    const series = [...(await read(readFileSync(real(vintage)))).series];
    expect(series).toHaveLength(282);
    expect(series.filter(({ basis }) => basis === "quarters")).toHaveLength(237);
    expect(series.filter(({ basis }) => basis === "annual")).toHaveLength(45);
  });

  test("have the known answers", async () => {
    const of = async (vintage: string) => {
      const { series } = await read(readFileSync(real(vintage)));
      return new Map(Array.from(series, ({ seriesId, year, value }) => [seriesId, `${year} ${value}`]));
    };
    const february = await of("2025-02");
    expect(february.get("PRS30006011")).toBe("2022 16.4");
    expect(february.get("PRS30006012")).toBe("2022 13.0");
    expect(february.get("PRS30006013")).toBe("1998 563.297");
    expect(february.get("PRS84006142")).toBe("2021 28.5");
    expect((await of("2026-06")).get("PRS30006013")).toBe("1998 564.713");
  });

  test("give the same answers with LF and CRLF", async () => {
    for (const vintage of ["2025-02", "2026-05", "2026-06"]) {
      const text = readFileSync(real(vintage), "latin1").replaceAll("\r\n", "\n");
      const [lf, crlf] = await Promise.all([read(text), read(text.replaceAll("\n", "\r\n"))]);
      expect([...lf.series]).toEqual([...crlf.series]);
    }
  });

  test("have the expected Q01 values of PRS30006032", async () => {
    const { selected } = await read(readFileSync(real("2026-06")), { select: ["PRS30006032"] });
    const rows = selected.get("PRS30006032") ?? [];
    const wanted = rows.filter(({ year, period }) => year >= 2013 && year <= 2018 && period === "Q01");
    expect(wanted.map(({ value }) => value)).toEqual(["0.5", "-0.1", "-1.7", "-1.4", "0.9", "0.5"]);
  });
});

const suppressed = new URL("../../../../../shared/cases/surveys/suppressed-series.data", import.meta.url);

test.skipIf(!existsSync(suppressed))(
  "of 30 series, the 10 that have no values stay in the result",
  async () => {
    const { series } = await read(readFileSync(suppressed));
    const all = [...series];
    expect(all).toHaveLength(30);
    expect(
      all.filter(({ basis, year, value }) => basis === "none" && year === null && value === null),
    ).toHaveLength(10);
  },
);

test("series without values are kept by the ledger, whether or not the file is sorted", async () => {
  const rows = Array.from({ length: 40_000 }, (_, index) =>
    row(`S${String(100_000 + index)}`, 2020, "M01", index % 3 === 0 ? "-" : "1.5"),
  );
  const [sorted, shuffled] = await Promise.all([
    best(rows),
    best([...rows.slice(20_000), ...rows.slice(0, 20_000)]),
  ]);
  expect(sorted).toHaveLength(40_000);
  expect(sorted.filter(({ basis }) => basis === "none")).toHaveLength(13_334);
  expect(shuffled).toEqual(sorted);
});

test("a tab after the footnotes is not part of them", async () => {
  const { selected } = await read(`${HEADER}\nXXA\t2020\tM01\t1\tR\t\r\n`, { select: ["XXA"] });
  expect(selected.get("XXA")).toEqual([{ year: 2020, period: "M01", value: "1", footnotes: "R" }]);
});

test("a series whose first row has no value keeps a later value that follows another series", async () => {
  const rows = [row("B", 2020, "M05", "-"), row("A", 2020, "M01", "1"), row("B", 2019, "M01", "17.2")];
  expect(await best(rows)).toEqual([
    { seriesId: "A", year: 2020, value: "1", basis: "months", ties: [] },
    { seriesId: "B", year: 2019, value: "17.2", basis: "months", ties: [] },
  ]);
});

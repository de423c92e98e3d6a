import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { DataFileMalformed } from "../errors.ts";
import { type BestYear, type BestYears, bestYears } from "./best-years.ts";
import {
  DATA_COLUMNS,
  file,
  type Observation,
  observations,
  reference,
  written,
} from "./made-file.test-support.ts";
import { bestYearsOfFile } from "./read-file.ts";

/** With QUEST_LONG=1, many random cases. Otherwise, fewer cases, which are the same each time. */
const long = process.env.QUEST_LONG === "1";
const runs = (few: number): fc.Parameters<unknown> =>
  long ? { numRuns: few * 60 } : { numRuns: few, seed: 20_260_801 };

async function* inChunks(bytes: Buffer, lengths: number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let chunk = 0; at < bytes.length; chunk++) {
    const length = lengths[chunk % lengths.length] ?? 1;
    // A copy, so that the test fails if a chunk is kept for later.
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

describe("any readable file", () => {
  test("gives the answers of exact arithmetic, wherever its chunks end", async () => {
    await fc.assert(
      fc.asyncProperty(file, chunkLengths, fc.boolean(), async (made, lengths, includeAverages) => {
        const chunks = inChunks(written(made), lengths);
        using best = await bestYears(chunks, { file: "made", includeAverages });
        expect(answers(best)).toEqual({
          rows: made.observations.length,
          series: reference(made.observations, includeAverages),
        });
      }),
      runs(500),
    );
  });

  test("returns the selected rows unchanged", async () => {
    await fc.assert(
      fc.asyncProperty(file, chunkLengths, fc.nat(), async (made, lengths, pick) => {
        const { id: series } = made.observations[pick % made.observations.length] ?? { id: "" };
        const options = { file: "made", includeAverages: false, select: [series] };
        using best = await bestYears(inChunks(written(made), lengths), options);
        const selected = made.observations.filter((row) => row.id === series);
        expect(
          (best.selected.get(series) ?? []).map(({ year, period, value }) => ({ year, period, value })),
        ).toEqual(
          selected
            .toSorted((a, b) => a.year - b.year)
            .map(({ year, period, value }) => ({
              year,
              period,
              value: value === "" || value === "-" ? null : value,
            })),
        );
        expect([...best.series]).toEqual(reference(made.observations, false));
      }),
      runs(133),
    );
  });

  const folder = mkdtempSync(join(tmpdir(), "data-quest-test-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("gives the same answers when several threads read it", async () => {
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
      runs(20),
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

  test("is refused with an error that contains the line's number and text", async () => {
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
      runs(200),
    );
  });

  test("is refused if a period of a series has a second value", async () => {
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
      runs(66),
    );
  });

  test("is refused if it ends in the middle of a row, unless only the footnote is cut", async () => {
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
      runs(66),
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

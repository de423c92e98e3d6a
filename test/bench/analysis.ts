import { fileURLToPath } from "node:url";
import { benchAnalyzeStep, benchAnalyzeSurvey } from "./analysis/analyze-step.ts";
import { benchDataFile, revisedDataFile } from "./analysis/data-file.ts";
import { runInTurn, runNode, type WholeProcess } from "./analysis/whole-process.ts";
import type { BenchRow } from "./bench-row.ts";

const ROUNDS = 5;
const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const QUEST = script("../../packages/cli/bin/quest.js");
const DUCKDB = script("analysis/duckdb.js");
const READLINE = script("analysis/readline.js");

type Program = { name: string; run: () => WholeProcess };

/**
 * Measures `quest best-years` against other programs that answer the same question. The programs take turns, as
 * whole processes on warm files of 100 MB and 1 GB. Slow programs read the large file only with `long`. Throws
 * if the answers differ. Then measures the Analyze step against DuckDB, on 100 MB in the local S3 (with `long`,
 * also on 1 GB) and on a survey of a million series with names.
 */
export async function benchAnalysis({ long }: { long: boolean }): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const megabytes of [100, 1000]) {
    const file = benchDataFile(megabytes);
    const slow: Program[] = [
      { name: "DuckDB, plain SQL", run: () => runNode(DUCKDB, ["plain", file]) },
      { name: "readline and split", run: () => runNode(READLINE, [file]) },
    ];
    const programs: Program[] = [
      { name: "quest best-years", run: () => runNode(QUEST, ["best-years", file, "--format", "csv"]) },
      { name: "DuckDB, tuned, 2 threads", run: () => runNode(DUCKDB, ["tuned", file]) },
      ...(long || megabytes === 100 ? slow : []),
    ];
    const runs = runInTurn(
      programs.map(({ run }) => run),
      ROUNDS,
    );
    const [quest] = runs;
    for (const [index, { milliseconds, peakBytes, output }] of runs.entries()) {
      const name = `${megabytes} MB: ${programs[index]?.name}`;
      checkAnswers(name, quest?.output ?? "", output);
      rows.push({ name, value: milliseconds, unit: "ms" });
      rows.push({ name: `${name}, peak memory`, value: peakBytes / 1e6, unit: "MB" });
      if (index > 0) {
        rows.push({
          name: `${name}, times as long as quest`,
          value: milliseconds / (quest?.milliseconds ?? 0),
          unit: "x",
        });
      }
    }
  }
  for (const megabytes of long ? [100, 1000] : [100]) {
    rows.push(...(await benchAnalyzeStep(benchDataFile(megabytes))));
  }
  return [...rows, ...(await benchAnalyzeSurvey()), ...benchRevisions(long ? 1000 : 100)];
}

/**
 * Measures how much more CPU time comparing two versions of a data file takes than reading both. Other
 * programs do not affect CPU time.
 */
function benchRevisions(megabytes: number): BenchRow[] {
  const file = benchDataFile(megabytes);
  const { output } = runNode(script("analysis/revisions.ts"), [file, revisedDataFile(file)]);
  const { reading, comparing } = JSON.parse(output);
  const label = `two versions of ${megabytes} MB`;
  return [
    { name: `${label}: reading both`, value: reading, unit: "ms" },
    { name: `${label}: comparing them`, value: comparing, unit: "ms" },
    { name: `${label}: comparing, times as long as reading`, value: comparing / reading, unit: "x" },
  ];
}

/**
 * Throws unless both answers have the same series, and the same values within floating-point error. The years may
 * differ, because of ties.
 */
function checkAnswers(name: string, expected: string, found: string): void {
  const [wanted, got] = [expected, found].map((csv) =>
    csv
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => line.split(",")),
  );
  const differs = wanted?.find(([id, , value], line) => {
    const [otherId, , otherValue] = got?.[line] ?? [];
    return id !== otherId || Math.abs(Number(value) - Number(otherValue)) > 1e-6;
  });
  if (differs !== undefined || wanted?.length !== got?.length) {
    throw new Error(
      `${name}: its answer differs from that of quest best-years: ${differs?.join(",") ?? "fewer or more series"}`,
    );
  }
}

/** Measures the Analyze step, from the start of its process to the end, compared with DuckDB on the same files. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFunction } from "@data-quest/lambda-host/bundle";
import { deployedFunctions } from "@data-quest/local/deployment/deployment";
import type { BenchRow } from "../bench-row.ts";
import { writeLargestSurvey } from "./largest-survey-files.ts";
import { inputFor, type LocalBuckets, openLocalBuckets } from "./local-buckets.ts";
import { median, runNode, type WholeProcess } from "./whole-process.ts";

const ROUNDS = 5;
const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const DUCKDB = fileURLToPath(new URL("duckdb.js", import.meta.url));
const MAPPING_FILES = ["industry", "event", "case"];

/**
 * Measures the Analyze step for a data file in the local S3, both when it writes Silver and when Silver already
 * has that version of the file. DuckDB takes turns with the step, and writes the file as Parquet. Then DuckDB answers
 * question 2 from both Parquet files. Compares the files' sizes and the answers.
 */
export async function benchAnalyzeStep(file: string): Promise<BenchRow[]> {
  const buckets = await openLocalBuckets();
  const folder = mkdtempSync(join(tmpdir(), "data-quest-bench-parquet-"));
  try {
    const stored = await buckets.put("bls/pr/pr.data.0.Current", { path: file });
    const input = JSON.stringify(await inputFor(buckets, "pr", "pr.data.0.Current", [stored]));
    const ours = join(folder, "silver.parquet");
    const theirs = join(folder, "duckdb.parquet");
    const script = await bundledAnalyze(folder);
    const analyze = () => runNode(script, [input, buckets.url], nodeOptions());
    const label = `${Math.round(statSync(file).size / 1e6)} MB`;
    const rows = await inTurn(label, [
      ["Analyze, writing Silver", analyze, () => buckets.clear()],
      ["Analyze, Silver unchanged", analyze],
      ["DuckDB, sorted Parquet, 2 threads", () => runNode(DUCKDB, ["copy", file, theirs])],
    ]);
    await keepSilver(buckets, "bls/pr/data_file=pr.data.0.Current/data.parquet", ours);
    rows.push(...(await compareParquet(label, ours, theirs)));
    return rows;
  } finally {
    await buckets.close();
    rmSync(folder, { recursive: true });
  }
}

/** Measures the same for a survey of a million series with names, compared with DuckDB's join. */
export async function benchAnalyzeSurvey(): Promise<BenchRow[]> {
  const buckets = await openLocalBuckets();
  const folder = mkdtempSync(join(tmpdir(), "data-quest-bench-cs-"));
  try {
    writeLargestSurvey(folder, { series: 1_000_000, years: 10 }, { twice: false });
    const names = ["data.1.AllData", "series", ...MAPPING_FILES].map((name) => `cs.${name}`);
    const stored = [];
    for (const name of names) stored.push(await buckets.put(`bls/cs/${name}`, { path: join(folder, name) }));
    const script = await bundledAnalyze(folder);
    const input = JSON.stringify(await inputFor(buckets, "cs", "cs.data.1.AllData", stored));
    const ours = join(folder, "silver.parquet");
    const theirs = join(folder, "duckdb.parquet");
    const label = `${Math.round(stored.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6)} MB, 1,000,000 series`;
    const rows = await inTurn(label, [
      [
        "Analyze, everything included",
        () => runNode(script, [input, buckets.url], nodeOptions()),
        () => buckets.clear(),
      ],
      ["DuckDB, join and sorted Parquet, 2 threads", () => runNode(DUCKDB, ["join", folder, theirs])],
    ]);
    await keepSilver(buckets, "bls/cs/data_file=cs.data.1.AllData/data.parquet", ours);
    rows.push(...(await compareParquet(label, ours, theirs)));
    return rows;
  } finally {
    await buckets.close();
    rmSync(folder, { recursive: true });
  }
}

/** Bundles the Analyze step as for deployment. Returns the bundle's path. */
async function bundledAnalyze(folder: string): Promise<string> {
  return (await bundleFunction(REPOSITORY, "test/bench/analysis/analyze-object.run", folder)).file;
}

/** The deployed function's options for Node.js. */
function nodeOptions(): Record<string, string> {
  return { NODE_OPTIONS: deployedFunctions().Analyze?.environment?.NODE_OPTIONS ?? "" };
}

type Program = [name: string, run: () => WholeProcess, before?: () => Promise<void>];

/** Runs all programs in turn, and returns each one's median time and peak memory. */
async function inTurn(label: string, programs: readonly Program[]): Promise<BenchRow[]> {
  const runs = programs.map(() => [] as WholeProcess[]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, [, run, before]] of programs.entries()) {
      await before?.();
      runs[index]?.push(run());
    }
  }
  return programs.flatMap(([name], index) => {
    const times = (runs[index] ?? []).map(({ milliseconds }) => milliseconds);
    const peak = Math.max(...(runs[index] ?? []).map(({ peakBytes }) => peakBytes));
    return [
      { name: `${label}: ${name}`, value: median(times), unit: "ms" },
      { name: `${label}: ${name}, peak memory`, value: peak / 1e6, unit: "MB" },
    ];
  });
}

async function keepSilver(buckets: LocalBuckets, key: string, path: string): Promise<void> {
  writeFileSync(path, await buckets.read("silver", key));
}

/**
 * The sizes of two Parquet files, and how long DuckDB takes to answer question 2 from each. Throws if the
 * answers differ.
 */
async function compareParquet(label: string, ours: string, theirs: string): Promise<BenchRow[]> {
  const query = (path: string) => runNode(DUCKDB, ["query", path]);
  if (query(ours).output !== query(theirs).output) {
    throw new Error(`${label}: DuckDB's answers to question 2 from Silver and from its own Parquet differ`);
  }
  return [
    { name: `${label}: Silver's Parquet`, value: statSync(ours).size / 1e6, unit: "MB" },
    { name: `${label}: DuckDB's Parquet`, value: statSync(theirs).size / 1e6, unit: "MB" },
    ...(await inTurn(label, [
      ["DuckDB, question 2 from Silver", () => query(ours)],
      ["DuckDB, question 2 from its own Parquet", () => query(theirs)],
    ])),
  ];
}

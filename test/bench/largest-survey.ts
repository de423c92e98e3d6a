/** Measures the whole workflow on a survey in the format and size of BLS's largest survey, cs. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startReplica } from "@data-quest/bls-replica";
import { type LogLine, readExecutionLog } from "@data-quest/local/execution-logs";
import * as z from "zod";
import { startQuestLocal } from "../cli/quest-local.ts";
import { type SurveySize, writeLargestSurvey } from "./analysis/largest-survey-files.ts";
import { runNodeAlongside } from "./analysis/whole-process.ts";
import type { BenchRow } from "./bench-row.ts";

/** About as large as cs: 12 GB in two equal data files, and a series file of 1.5 GB. */
const FULL_SIZE: SurveySize = { series: 10_000_000, years: 11 };
const QUEST = fileURLToPath(new URL("../../packages/cli/bin/quest.js", import.meta.url));
/**
 * Bytes of disk space for each series: for the generated files, their copy in Bronze (equal data files are stored
 * twice), Silver, Gold, and files being written.
 */
const DISK_PER_SERIES = 4000;

/**
 * Generates the survey, serves it as download.bls.gov does, and runs the workflow twice: first with nothing
 * stored, then with nothing changed. Before that, prints how much disk space this takes. Removes everything at the
 * end. Throws if the disk is too small.
 */
export async function benchLargestSurvey(series = FULL_SIZE.series): Promise<BenchRow[]> {
  const size = { ...FULL_SIZE, series };
  const needed = series * DISK_PER_SERIES;
  const { bavail, bsize } = statfsSync(tmpdir());
  const free = bavail * bsize;
  console.error(
    `A survey of ${series.toLocaleString("en-US")} series takes up to ${gigabytes(needed)} of disk space in ${tmpdir()}, where ` +
      `${gigabytes(free)} is free. Everything is removed at the end.`,
  );
  if (free < needed)
    throw new Error(
      `The disk is too small: free up ${gigabytes(needed - free)}, or use a smaller number for --series`,
    );

  const dir = mkdtempSync(join(tmpdir(), "data-quest-bench-largest-"));
  const site = join(dir, "site");
  mkdirSync(site);
  const replica = await startReplica({ dir: site });
  try {
    writeLargestSurvey(join(site, "cs"), size);
    const bytes = readdirSync(join(site, "cs")).reduce(
      (sum, name) => sum + statSync(join(site, "cs", name)).size,
      0,
    );
    const stateDir = join(dir, "state");
    const sources = ["--source", replica.timeSeries, "--population-source", replica.population];
    const local = await startQuestLocal([...sources, "--state-dir", stateDir]);
    const label = `${gigabytes(bytes)}, ${series.toLocaleString("en-US")} series`;
    const rows: BenchRow[] = [];
    try {
      for (const name of ["first run", "nothing changed"]) {
        const { milliseconds, output } = await runNodeAlongside(QUEST, [
          ...["run", "--survey", "cs", "--settle", "0", "--quiet", "--json", "--state-dir", stateDir],
        ]);
        const { executionArn } = z.object({ executionArn: z.string() }).parse(JSON.parse(output));
        const history = await runNodeAlongside(QUEST, [
          ...["history", executionArn, "--json", "--state-dir", stateDir],
        ]);
        rows.push(
          { name: `${label}: ${name}: the whole workflow`, value: milliseconds / 1000, unit: "s" },
          { name: `${label}: ${name}: Analyze`, value: secondsOfAnalyze(history.output), unit: "s" },
        );
        // The second run uses the same process, whose peak memory is that of the first run.
        if (name === "first run")
          rows.push({
            name: `${label}: ${name}: peak memory of Analyze`,
            value: memoryOfAnalyze(await readExecutionLog(stateDir, executionArn)),
            unit: "MB",
          });
      }
    } finally {
      await local.interrupt();
    }
    return rows;
  } finally {
    await replica.close();
    rmSync(dir, { recursive: true });
  }
}

/**
 * The most memory that Analyze used, in MB, from the last log line of its call. `quest local` runs each function in a
 * separate process, as on AWS.
 */
function memoryOfAnalyze(log: readonly LogLine[]): number {
  const report = log.findLast(
    ({ functionName, line }) => functionName === "Analyze" && line.startsWith("REPORT "),
  );
  const [, megabytes] = /Max Memory Used: (\d+) MB/.exec(report?.line ?? "") ?? [];
  if (megabytes === undefined) throw new Error("The log does not show how much memory Analyze used");
  return Number(megabytes);
}

/** How many seconds Analyze took, from the events of the history as JSON. */
function secondsOfAnalyze(history: string): number {
  const events: {
    type: string;
    timestamp: string;
    stateEnteredEventDetails?: { name: string };
    stateExitedEventDetails?: { name: string };
  }[] = JSON.parse(history);
  const time = (event: (typeof events)[number] | undefined) => new Date(event?.timestamp ?? 0).getTime();
  const entered = time(events.find((event) => event.stateEnteredEventDetails?.name === "Analyze"));
  const exited = time(events.find((event) => event.stateExitedEventDetails?.name === "Analyze"));
  return (exited - entered) / 1000;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `npm run bench`: measures Data Quest and comparable tools. */
import { Command, Option } from "commander";
import * as z from "zod";
import type { BenchRow } from "./bench-row.ts";

/** The sections, each in a separate file that is loaded only when the section runs. */
const SECTIONS: Record<string, (options: { long: boolean; series?: number }) => Promise<BenchRow[]>> = {
  analysis: async (options) => (await import("./analysis.ts")).benchAnalysis(options),
  "all-surveys": async () => (await import("./all-surveys.ts")).benchAllSurveys(),
  console: async () => (await import("./console.ts")).benchConsole(),
  "largest-survey": async ({ series }) => (await import("./largest-survey.ts")).benchLargestSurvey(series),
  s3: async () => (await import("./s3.ts")).benchS3(),
  "step-functions": async () => (await import("./step-functions.ts")).benchStepFunctions(),
  start: async () => (await import("./start.ts")).benchStart(),
  sync: async () => (await import("./sync.ts")).benchSync(),
};

/** This section runs only with --only: it takes many minutes and about 40 GB of disk space. */
const ONLY_BY_NAME = "largest-survey";

const values = new Command("npm run bench --")
  .description("Measure Data Quest on this machine, side by side with other tools.")
  .addOption(new Option("--only <section...>", "measure only these sections").choices(Object.keys(SECTIONS)))
  .option("--long", "include the measurements that take many minutes", false)
  .option("--series <n>", "largest-survey: the number of series", (text) =>
    z.coerce.number().int().min(1).parse(text),
  )
  .option("--json", "print one JSON document on stdout", false)
  .addHelpText(
    "after",
    `
${ONLY_BY_NAME} runs only with --only: it takes many minutes and about 40 GB of disk space for 10,000,000 series.

Examples:
  $ npm run bench
  $ npm run bench -- --only console step-functions
  $ npm run bench -- --only ${ONLY_BY_NAME} --series 100000`,
  )
  .parse()
  .opts<{ only?: string[]; long: boolean; series?: number; json: boolean }>();

const results: Record<string, BenchRow[]> = {};
for (const section of values.only ?? Object.keys(SECTIONS).filter((name) => name !== ONLY_BY_NAME)) {
  const run = SECTIONS[section];
  if (run === undefined) continue;
  console.error(`Measuring ${section}...`);
  results[section] = await run({
    long: values.long,
    ...(values.series && { series: values.series }),
  });
  if (!values.json) print(section, results[section]);
}
if (values.json) console.log(JSON.stringify(results, null, 2));

function print(section: string, rows: readonly BenchRow[]): void {
  const width = Math.max(...rows.map(({ name }) => name.length));
  console.log(`\n${section}`);
  for (const { name, value, unit } of rows) {
    const shown = value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
    console.log(`  ${name.padEnd(width)}  ${shown.padStart(9)} ${unit}`);
  }
}

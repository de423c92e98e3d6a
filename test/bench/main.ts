/** `npm run bench`: measures Data Quest, and beside it what else does the same. */
import { parseArgs } from "node:util";
import type { BenchRow } from "./bench-row.ts";

/** The parts, each in a file of its own that is loaded only when it runs. */
const SECTIONS: Record<string, (options: { long: boolean; series?: number }) => Promise<BenchRow[]>> = {
  analysis: async (options) => (await import("./analysis.ts")).benchAnalysis(options),
  "all-surveys": async () => (await import("./all-surveys.ts")).benchAllSurveys(),
  console: async () => (await import("./console.ts")).benchConsole(),
  "largest-survey": async ({ series }) => (await import("./largest-survey.ts")).benchLargestSurvey(series),
  s3: async () => (await import("./s3.ts")).benchS3(),
  "step-functions": async () => (await import("./step-functions.ts")).benchStepFunctions(),
  sync: async () => (await import("./sync.ts")).benchSync(),
};

/** Runs only when it is named: it takes many minutes, and some 40 GB of disk. */
const ONLY_BY_NAME = "largest-survey";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    json: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    // For largest-survey: how many series it has. 10,000,000 where it is not given.
    series: { type: "string" },
  },
});

const results: Record<string, BenchRow[]> = {};
for (const section of values.only ?? Object.keys(SECTIONS).filter((name) => name !== ONLY_BY_NAME)) {
  const run = SECTIONS[section];
  if (run === undefined)
    throw new Error(`There is no section ${section}: choose from ${Object.keys(SECTIONS).join(", ")}`);
  console.error(`Measuring ${section}...`);
  results[section] = await run({
    long: values.long,
    ...(values.series && { series: Number(values.series) }),
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

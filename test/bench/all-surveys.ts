import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startReplica } from "@data-quest/bls-replica";
import { defaultConcurrency } from "@data-quest/core/constants";
import { shareConcurrency } from "@data-quest/core/surveys/all-surveys";
import * as z from "zod";
import { MEGABYTES_PER_SECOND, realFirstRun } from "./all-surveys/extrapolate.ts";
import { type InventoryFile, readInventory } from "./all-surveys/inventory.ts";
import { writeSurveys } from "./all-surveys/write-surveys.ts";
import { runNodeAlongside } from "./analysis/whole-process.ts";
import type { BenchRow } from "./bench-row.ts";

const SCALE = 100;
/** The values of `concurrency` for which the time on AWS is computed: the default, and a higher one. */
const CONCURRENCIES = [defaultConcurrency, 9];
const LARGEST = "cs";
const QUEST = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

const Outcome = z.object({ executionArn: z.string(), startDate: z.coerce.date() });
const Executions = z.array(
  z.object({ name: z.string(), startDate: z.coerce.date(), stopDate: z.coerce.date() }),
);
const Cost = z.object({
  run: z.object({
    total: z.number(),
    items: z.array(z.object({ item: z.string(), quantity: z.number(), unitPrice: z.number() })),
  }),
});
type Items = z.infer<typeof Cost>["run"];
const Events = z.array(
  z.object({
    timestamp: z.coerce.date(),
    stateEnteredEventDetails: z.object({ name: z.string() }).optional(),
    stateExitedEventDetails: z.object({ name: z.string() }).optional(),
  }),
);

/**
 * A run of all surveys: the time and peak memory of its process, its requests to BLS, the cost of the AllSurveys
 * execution itself, and each survey's time and cost.
 */
type Measured = {
  milliseconds: number;
  peakBytes: number;
  requests: number;
  own: Items;
  surveys: Map<string, { milliseconds: number; cost: Items }>;
};

/**
 * Runs `quest run --survey all` twice against a source whose files have the names of all of BLS's files, and a
 * hundredth of their sizes. The second run finds nothing new. Returns the measured times and costs, for each
 * survey and in total, and the computed times and costs for the real sizes.
 */
export async function benchAllSurveys(): Promise<BenchRow[]> {
  const files = readInventory();
  const dir = mkdtempSync(join(tmpdir(), "bench-surveys-"));
  const source = join(dir, "source");
  writeSurveys(source, files, SCALE);
  const replica = await startReplica({ dir: source });
  const state = ["--state-dir", join(dir, "state")];

  const sources = [
    ...["--source", replica.timeSeries, "--population-source", replica.population],
    ...["--contact", "bench@example.com", "--concurrency", String(defaultConcurrency), "--quiet"],
  ];

  async function quest(...args: string[]) {
    return runNodeAlongside(QUEST, [...args, "--json", ...state]);
  }
  async function costOf(execution: string): Promise<Items> {
    return Cost.parse(JSON.parse((await quest("cost", execution)).output)).run;
  }
  async function measure(): Promise<Measured> {
    replica.requests.length = 0;
    const run = await quest("run", "--survey", "all", ...sources);
    const requests = replica.requests.filter(({ path }) => path.startsWith("/pub/")).length;
    const { startDate, executionArn: name } = Outcome.parse(JSON.parse(run.output));
    const listed = Executions.parse(JSON.parse((await quest("history", "--limit", "500")).output));
    const surveys: Measured["surveys"] = new Map();
    for (const child of listed) {
      const [, survey] = /^([a-z]{2})-/.exec(child.name) ?? [];
      if (survey === undefined || child.startDate < startDate) continue;
      const milliseconds = child.stopDate.getTime() - child.startDate.getTime();
      surveys.set(survey, { milliseconds, cost: await costOf(child.name) });
    }
    return { ...run, requests, own: await costOf(name), surveys };
  }

  /**
   * How long Analyze takes for the largest survey when nothing else runs, as on AWS, where each function has
   * its own processor.
   */
  async function analyzeSeconds(): Promise<number> {
    const alone = ["--json", "--state-dir", join(dir, "alone")];
    const run = await runNodeAlongside(QUEST, ["run", "--survey", LARGEST, ...sources, ...alone]);
    const { executionArn } = Outcome.parse(JSON.parse(run.output));
    const { output } = await runNodeAlongside(QUEST, ["history", executionArn, ...alone]);
    const events = Events.parse(JSON.parse(output));
    const entered = events.find(({ stateEnteredEventDetails: state }) => state?.name === "Analyze");
    const exited = events.find(({ stateExitedEventDetails: state }) => state?.name === "Analyze");
    if (entered === undefined || exited === undefined) throw new Error(`Analyze did not end for ${LARGEST}`);
    return (exited.timestamp.getTime() - entered.timestamp.getTime()) / 1000;
  }

  try {
    const first = await measure();
    const unchanged = await measure();
    const ofSurveys = [...first.surveys].sort().flatMap(([survey, { milliseconds, cost }]): BenchRow[] => {
      const own = files.filter((file) => file.survey === survey);
      const bytes = own.reduce((sum, file) => sum + file.bytes, 0);
      const later = unchanged.surveys.get(survey);
      const name = `${survey} (${own.length} files, ${(bytes / SCALE / 1e6).toFixed(1)} MB)`;
      return [
        { name: `${name}: first run`, value: milliseconds, unit: `ms, ${inShort(cost)}` },
        {
          name: `${name}: unchanged`,
          value: later?.milliseconds ?? Number.NaN,
          unit: `ms, ${inShort(later?.cost)}`,
        },
      ];
    });
    return [
      ...ofSurveys,
      ...inAll(`first run of ${files.length} files at 1/${SCALE}`, first),
      ...inAll("a run without changes", unchanged),
      ...extrapolated(files, first, unchanged, await analyzeSeconds()),
    ];
  } finally {
    await replica.close();
    rmSync(dir, { recursive: true });
  }
}

function inAll(name: string, run: Measured): BenchRow[] {
  const { milliseconds, peakBytes, requests, surveys } = run;
  const costs = costsOf(run);
  return [
    { name: `${name}: time`, value: milliseconds / 1000, unit: "s" },
    { name: `${name}: surveys run`, value: surveys.size, unit: "" },
    { name: `${name}: requests to BLS`, value: requests, unit: "" },
    { name: `${name}: peak memory of quest`, value: peakBytes / 1e6, unit: "MB" },
    { name: `${name}: Lambda`, value: quantity(costs, "Lambda compute"), unit: "GB-s" },
    { name: `${name}: state transitions`, value: quantity(costs, "State transitions"), unit: "" },
    { name: `${name}: cost on AWS`, value: total(costs), unit: "USD" },
  ];
}

/** The results for the real sizes, if Analyze takes as long per byte for every survey as for `cs`, the largest. */
function extrapolated(
  files: readonly InventoryFile[],
  first: Measured,
  unchanged: Measured,
  analyzeSeconds: number,
): BenchRow[] {
  const read = files.filter(({ survey, name }) => survey === LARGEST && /\.(data\.\d|series$)/.test(name));
  const bytes = read.reduce((sum, file) => sum + file.bytes, 0) / SCALE;
  const analyzeSecondsPerByte = analyzeSeconds / bytes;
  const times = CONCURRENCIES.map((concurrency) => {
    const real = realFirstRun(files, {
      cost: total(costsOf(first)),
      analyzeSecondsPerByte,
      prices: { gbSecond: price(first, "Lambda compute"), s3Write: price(first, "S3 writes and listings") },
      share: shareConcurrency(concurrency),
    });
    return { concurrency, ...real };
  });
  const name = `first run on AWS at real sizes, ${MEGABYTES_PER_SECOND} MB/s per connection`;
  return [
    ...times.map(({ concurrency, seconds }) => ({
      name: `${name}: time with ${concurrency} connections`,
      value: seconds / 60,
      unit: "min",
    })),
    {
      name: `${name}: Analyze of ${LARGEST}`,
      value: (analyzeSecondsPerByte * bytes * SCALE) / 60,
      unit: "min",
    },
    { name: `${name}: Lambda`, value: times[0]?.gbSeconds ?? Number.NaN, unit: "GB-s" },
    { name: `${name}: uploaded parts`, value: times[0]?.parts ?? Number.NaN, unit: "" },
    { name: `${name}: cost`, value: times[0]?.cost ?? Number.NaN, unit: "USD" },
    { name: "a day without changes on AWS: cost", value: total(costsOf(unchanged)), unit: "USD" },
  ];
}

function costsOf({ own, surveys }: Measured): Items[] {
  return [own, ...[...surveys.values()].map(({ cost }) => cost)];
}

function price({ own }: Measured, name: string): number {
  return own.items.find(({ item }) => item === name)?.unitPrice ?? Number.NaN;
}

function inShort(cost: Items | undefined): string {
  if (cost === undefined) return "not run";
  const lambda = quantity([cost], "Lambda compute").toFixed(1);
  return `${lambda} GB-s, ${quantity([cost], "State transitions")} transitions, ${cost.total.toFixed(5)} USD`;
}

function quantity(costs: readonly Items[], name: string): number {
  return costs
    .flatMap(({ items }) => items)
    .reduce((sum, { item, quantity }) => sum + (item === name ? quantity : 0), 0);
}

function total(costs: readonly Items[]): number {
  return costs.reduce((sum, cost) => sum + cost.total, 0);
}

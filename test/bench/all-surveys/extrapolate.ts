/** The time and cost of a first run of all surveys on AWS, computed from a run at a fraction of the sizes. */
import { deployedFunctions } from "@data-quest/local/deployment/deployment";
import type { InventoryFile } from "./inventory.ts";

/** The assumed speed of one connection to BLS. */
export const MEGABYTES_PER_SECOND = 10;
/** How long a call to a function and its requests to S3 take, without the transfer. */
const SECONDS_OF_A_CALL = 1;
/** Sync uploads in parts of this size, one request each. */
const PART_BYTES = 8 * 1024 ** 2;

export type Prices = { gbSecond: number; s3Write: number };
export type Share = { surveys: number; files: number };

/**
 * The basis of the computation. The cost in dollars, and the time that Analyze takes per byte, come from runs at a
 * fraction of the sizes.
 */
export type Basis = { cost: number; analyzeSecondsPerByte: number; prices: Prices; share: Share };

/**
 * Seconds from start to end, GB-seconds of Lambda beyond those of the smaller run, uploaded parts, and total
 * dollars.
 */
export type FirstRun = { seconds: number; gbSeconds: number; parts: number; cost: number };

/**
 * Schedules the real files: `share.surveys` surveys at a time, and for each survey, `share.files` files at a
 * time and then the survey's analysis. Transfers are charged for their duration. Analyses are charged in
 * proportion to the bytes of the survey's data and series files.
 */
export function realFirstRun(files: readonly InventoryFile[], basis: Basis): FirstRun {
  const { share, prices } = basis;
  const surveys = [...new Set(files.map(({ survey }) => survey))];
  const functions = deployedFunctions();
  const gigabytes = (name: string) => (functions[name]?.memoryMB ?? Number.NaN) / 1024;
  let gbSeconds = 0;
  let parts = 0;
  const durations = surveys.map((survey) => {
    const own = files.filter((file) => file.survey === survey);
    const transfers = own.map(({ bytes }) => SECONDS_OF_A_CALL + bytes / 1e6 / MEGABYTES_PER_SECOND);
    const read = own.filter(({ name }) => /^..\.(data\.\d|series$)/.test(name));
    const analysis = basis.analyzeSecondsPerByte * sum(read.map(({ bytes }) => bytes));
    gbSeconds += gigabytes("SyncFile") * sum(transfers) + gigabytes("Analyze") * analysis;
    parts += sum(own.map(({ bytes }) => Math.ceil(bytes / PART_BYTES)));
    return makespan(transfers, share.files) + analysis;
  });
  return {
    seconds: makespan(durations, share.surveys),
    gbSeconds,
    parts,
    cost: basis.cost + gbSeconds * prices.gbSecond + parts * prices.s3Write,
  };
}

/** How long this many workers take to run the tasks in order. */
function makespan(tasks: readonly number[], workers: number): number {
  const busyUntil = Array.from({ length: workers }, () => 0);
  for (const task of tasks) {
    const next = busyUntil.indexOf(Math.min(...busyUntil));
    busyUntil[next] = (busyUntil[next] ?? 0) + task;
  }
  return Math.max(...busyUntil);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The scene of every fault: a mirror that is up to date, and a source that has changed since. */

import { bytesOf, type Harness, type HarnessOptions, LONG_AGO, openHarness } from "../mirror/harness.ts";
import { keyOf, type Publications, recordPublications } from "../mirror/publications.ts";

const WEEK = 7 * 86_400_000;
/** The file that changes. */
export const CHANGED = "pr.data.0.Current";
const ADDED = "pr.new";
const GONE = "pr.gone";

export type Scene = {
  harness: Harness;
  publications: Publications;
  /** Publishes a file. If no time is given, each file is published a week after the previous file. */
  publish: (path: string, body: string | Uint8Array, modified?: Date) => Promise<void>;
  /** Counts an occurrence of a fault that the replica does not inject. */
  struck: () => void;
  /** How many times the fault occurred. */
  strikes: () => number;
  /** Which version of the changed file is current. */
  changedFile: () => Promise<"old" | "new" | "another" | "none">;
};

/** `changedBytes` is the approximate final size of the changed file. */
export type SceneOptions = HarnessOptions & { changedBytes?: number };

/** The original content of the file that changes. It is the same in every scene. */
const first = dataFile(200_000, 1);

/** Opens the scene: one file changed, one new, one gone, three unchanged. */
export async function openScene({ changedBytes = 204_200, ...options }: SceneOptions = {}): Promise<Scene> {
  const harness = await openHarness(options);
  const publications = recordPublications(harness);
  let weeks = 0;
  let strikes = 0;
  const publish: Scene["publish"] = (path, body, modified) =>
    publications.publish(path, body, modified ?? new Date(LONG_AGO.getTime() + weeks++ * WEEK));

  const second = dataFile(changedBytes, 2);
  for (const name of ["pr.class", "pr.series", "pr.txt"])
    await publish(name, `this is ${name}\r\n`.repeat(10), LONG_AGO);
  await publish(GONE, "soon gone", LONG_AGO);
  await publish(CHANGED, first, LONG_AGO);
  await harness.sync({}, "first");
  weeks = 1;
  await publish(CHANGED, second);
  await publish(ADDED, "new");
  await publications.unpublish(GONE);
  harness.replica.requests.length = 0;
  harness.s3Requests.length = 0;

  return {
    harness,
    publications,
    publish,
    struck: () => {
      strikes++;
    },
    strikes: () => strikes + harness.replica.requests.filter(({ fault }) => fault !== undefined).length,
    changedFile: async () => {
      const stored = (await harness.objects()).get(keyOf(CHANGED));
      if (stored === undefined) return "none";
      const body = Buffer.from(stored, "latin1");
      return body.equals(first) ? "old" : body.equals(second) ? "new" : "another";
    },
  };
}

/** A data file of approximately this size, with the usual columns, and with values that depend on the seed. */
export function dataFile(size: number, seed: number): Buffer {
  const header = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";
  const values = bytesOf(Math.ceil(size / 42), seed);
  const lines: string[] = [header];
  for (const [index, value] of values.entries())
    lines.push(
      `PRS30006${String(index).padStart(9, "0")}\t2026\tQ01\t${String(value / 10).padStart(8)}\t\r\n`,
    );
  return Buffer.from(lines.join(""));
}

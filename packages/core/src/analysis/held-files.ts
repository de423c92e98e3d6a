/** The inputs of a report that are held versions, and who wrote each of them. */
import pMap from "p-map";
import { originOf } from "../bronze/origin.ts";
import { readVersion } from "../bronze/stored-file.ts";
import type { Report } from "../report/report.ts";
import type { Bucket } from "../storage/objects.ts";
import type { PopulationResult, SyncResult } from "../workflow.ts";

const READS_AT_A_TIME = 16;

/** Returns the inputs that were read and whose sync action is `held`. Throws storage errors. */
export async function heldAmong(
  bronze: Bucket,
  read: readonly { key: string }[],
  results: readonly (SyncResult | PopulationResult)[],
): Promise<Report["heldFiles"]> {
  const keys = new Set(read.map(({ key }) => key));
  const held = results.filter(({ key, action }) => action === "held" && keys.has(key));
  const found = await pMap(
    held,
    async ({ key, versionId, reason }) => {
      const stored = versionId === null ? undefined : await readVersion(bronze, key, versionId);
      if (stored === undefined) return [];
      const { origin, restoredFrom } = await originOf(bronze, stored);
      const { versionId: version, storedAt, tags } = stored;
      const said = { storedAt: storedAt.toISOString(), origin, restoredFrom, tag: tags.held ?? null };
      return [{ key, versionId: version, reason, ...said }];
    },
    { concurrency: READS_AT_A_TIME },
  );
  return found.flat();
}

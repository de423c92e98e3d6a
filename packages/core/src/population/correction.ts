/** A population file that an operator put into Bronze to correct the source. */

import { isCopy } from "../bronze/copies.ts";
import { isHeld } from "../bronze/stored-file.ts";
import { updateTags } from "../bronze/update-tags.ts";
import { type Bucket, headObject, readTags } from "../storage/objects.ts";
import { populationKey } from "./population.ts";

/**
 * Marks the version `versionId` of the population file as held, so that no run replaces it, and returns true.
 * Does nothing and returns false if the workflow wrote the version (its metadata has an execution, and it is not
 * a copy of an older version), or if the version no longer exists. Safe to run twice.
 */
export async function holdCorrection(bronze: Bucket, versionId: string): Promise<boolean> {
  const head = await headObject(bronze, populationKey, versionId);
  if (head === undefined) return false;
  const version = { ...head, tags: await readTags(bronze, populationKey, versionId) };
  if (!isHeld(version) && !(await isCopy(bronze, version))) return false;
  await updateTags(bronze, version, ({ held }) => ({ held: held ?? "put" }));
  return true;
}

/** A population file that a person put into Bronze by hand, to correct what the source says. */
import { type Bucket, headObject, readTags, writeTags } from "../storage/objects.ts";
import { populationKey } from "./population.ts";

/**
 * Marks the version `versionId` of the population file as held, so that no run replaces it, and gives true. Gives false, and does nothing,
 * for a version that the workflow wrote (its metadata names an execution) and for one that is gone. Safe to run twice.
 */
export async function holdCorrection(bronze: Bucket, versionId: string): Promise<boolean> {
  const head = await headObject(bronze, populationKey, versionId);
  if (head === undefined || head.metadata.execution !== undefined) return false;
  const tags = await readTags(bronze, populationKey, versionId);
  if (tags.held === undefined) await writeTags(bronze, populationKey, versionId, { ...tags, held: "put" });
  return true;
}

/** The Analyze step of the workflow: the analysis of what was synced, whether or not every file was. */
import { AnalysisImpossible } from "../errors.ts";
import type { Bucket } from "../storage/objects.ts";
import { analyze } from "./analyze.ts";
import { useLastGoodVersions } from "./failed-files.ts";
import type { AnalysisEvent, AnalysisResult, PostponedAnalysis } from "./result.ts";

/**
 * Analyzes the last good version of each file that failed, and the version of this run of each other one. Postpones the analysis where
 * it is impossible and a file failed that was never stored: the workflow goes on with SyncFailedFiles, which fails with that file's
 * error, and analyzes once that is cured.
 * Throws what `analyze` throws.
 */
export async function analyzeStep(
  { resynced: _, ...event }: AnalysisEvent,
  buckets: { bronze: Bucket; silver: Bucket; gold: Bucket },
  now: Date,
): Promise<AnalysisResult | PostponedAnalysis> {
  const { files, failed } = await useLastGoodVersions(buckets.bronze, event.files);
  try {
    return await analyze({ ...event, files, failed }, buckets, now);
  } catch (error) {
    const missing = failed.filter(({ versionId }) => versionId === null).map(({ key }) => key);
    if (!(error instanceof AnalysisImpossible) || missing.length === 0) throw error;
    return {
      postponed: `${error.message}. Not stored yet, since they failed to sync: ${missing.slice(0, 5).join(", ")}`,
    };
  }
}

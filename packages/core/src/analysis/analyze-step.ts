/** The Analyze step of the workflow. It runs even if some files failed to sync. */
import { AnalysisImpossible } from "../errors.ts";
import type { Bucket } from "../storage/objects.ts";
import { analyze } from "./analyze.ts";
import { useLastGoodVersions } from "./failed-files.ts";
import type { AnalysisEvent, AnalysisResult, PostponedAnalysis } from "./result.ts";

/**
 * Analyzes this run's version of each file and, for each file that failed to sync, its last good version. If
 * the analysis needs a file that failed and was never stored, the analysis is postponed: the workflow
 * continues with SyncFailedFiles, which fails with that file's error. The analysis runs after a redrive has
 * synced the file. Throws what `analyze` throws.
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
      postponed: `${error.message}. Missing files that failed to sync: ${missing.slice(0, 5).join(", ")}`,
    };
  }
}

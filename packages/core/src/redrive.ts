/** What a redrive of a failed execution can do. */

/**
 * The errors that a redrive cannot cure: it has the same input, the same deployment, and the same versions of the files again. A new
 * run with a change can.
 */
export const notCuredByRedrive: ReadonlySet<string> = new Set([
  "InvalidInput",
  "SourceNotFound",
  "ListingTooLarge",
  "FileNameRefused",
  "SyntheticDataRefused",
  "DataFileMalformed",
  "AnalysisImpossible",
]);

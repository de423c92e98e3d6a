/** The functions of the workflow, and everything that each may do. */
import { populationKey, reportsPrefix, surveysPrefix } from "@data-quest/core/constants";
import { lambda } from "./lambda.ts";
import { sources } from "./sources.ts";
import { bronze, gold, silver } from "./storage.ts";

/** Links carry names and addresses, no permissions. */
export const link = [bronze, silver, gold, sources];
export const surveyFiles = $interpolate`${bronze.arn}/${surveysPrefix}*`;
export const populationFile = $interpolate`${bronze.arn}/${populationKey}`;
const silverFiles = $interpolate`${silver.arn}/${surveysPrefix}*`;
const reports = $interpolate`${gold.arn}/${reportsPrefix}*`;

/** Reads the listing of a survey and says what is to be done. */
export const discoverFiles = lambda("DiscoverFiles", {
  handler: "packages/functions/src/discover-files.handler",
  timeout: "5 minutes",
  memory: "512 MB",
  link,
  permissions: [
    { actions: ["s3:ListBucket", "s3:ListBucketMultipartUploads"], resources: [bronze.arn] },
    {
      actions: [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:GetObjectVersionTagging",
        "s3:AbortMultipartUpload",
      ],
      resources: [surveyFiles],
    },
  ],
});

/** Brings one file up to date. Its time is that of the largest files at the source's pace. */
export const syncFile = lambda("SyncFile", {
  handler: "packages/functions/src/sync-file.handler",
  timeout: "15 minutes",
  memory: "1024 MB",
  link,
  permissions: [
    // Without ListBucket, S3 answers 403 instead of 404 for a file that is new.
    {
      actions: ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"],
      resources: [bronze.arn],
    },
    {
      actions: [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:GetObjectVersionAttributes",
        "s3:GetObjectTagging",
        "s3:GetObjectVersionTagging",
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:PutObjectVersionTagging",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
      ],
      resources: [surveyFiles],
    },
  ],
});

/** Brings the population of the nation up to date. */
export const fetchPopulation = lambda("FetchPopulation", {
  handler: "packages/functions/src/fetch-population.handler",
  timeout: "2 minutes",
  memory: "512 MB",
  link,
  permissions: [
    { actions: ["s3:ListBucket", "s3:ListBucketVersions"], resources: [bronze.arn] },
    {
      actions: [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:GetObjectVersionTagging",
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:PutObjectVersionTagging",
      ],
      resources: [populationFile],
    },
  ],
});

/**
 * Answers the questions. Its memory gives it one whole processor (1,769 MB), which is what reading needs. Its storage holds the sums of
 * all series: some 63 bytes for one with 13 yearly values, and BLS's largest survey has some ten million of them.
 */
export const analyze = lambda("Analyze", {
  handler: "packages/functions/src/analyze.handler",
  timeout: "15 minutes",
  memory: "1769 MB",
  storage: "2 GB",
  link,
  permissions: [
    // The report says what changed since the previous version, and who put a held version there.
    { actions: ["s3:ListBucketVersions"], resources: [bronze.arn] },
    { actions: ["s3:GetObjectVersion"], resources: [surveyFiles, populationFile] },
    { actions: ["s3:GetObjectVersionTagging"], resources: [surveyFiles, populationFile] },
    { actions: ["s3:ListBucket"], resources: [silver.arn, gold.arn] },
    {
      actions: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
      resources: [silverFiles, reports],
    },
    // The files of an execution's report carry the tag by which they expire.
    { actions: ["s3:PutObjectTagging"], resources: [reports] },
    // A data file that the source has no more leaves Silver too.
    { actions: ["s3:DeleteObject"], resources: [silverFiles] },
    // What an earlier execution has replaced is copied back from the later one's own report.
    { actions: ["s3:GetObjectVersion"], resources: [reports] },
  ],
});

/** The functions of the workflow, and their permissions. */
import { populationKey, reportsPrefix, silverPopulationKey, surveysPrefix } from "@data-quest/core/constants";
import { lambda } from "./lambda.ts";
import { sources } from "./sources.ts";
import { bronze, gold, silver } from "./storage.ts";

/** Links pass on names and URLs, not permissions. */
export const link = [bronze, silver, gold, sources];
export const surveyFiles = $interpolate`${bronze.arn}/${surveysPrefix}*`;
export const populationFile = $interpolate`${bronze.arn}/${populationKey}`;
const silverPopulation = $interpolate`${silver.arn}/${silverPopulationKey}`;
const silverFiles = $interpolate`${silver.arn}/${surveysPrefix}*`;
const reports = $interpolate`${gold.arn}/${reportsPrefix}*`;

/** Reads the listing of a survey and determines what to do. */
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

/** Brings one file up to date. Its timeout allows for the largest files at the source's speed. */
export const syncFile = lambda("SyncFile", {
  handler: "packages/functions/src/sync-file.handler",
  timeout: "15 minutes",
  memory: "1024 MB",
  link,
  permissions: [
    // Without ListBucket, S3 returns 403 instead of 404 for a new file.
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
 * Answers the questions. Its memory (1,769 MB) provides one full vCPU, which it needs to read the data files.
 * Its storage is for the sums of all series: a series with 13 yearly values takes about 63 bytes, and BLS's
 * largest survey has about ten million series.
 */
export const analyze = lambda("Analyze", {
  handler: "packages/functions/src/analyze.handler",
  timeout: "15 minutes",
  memory: "1769 MB",
  storage: "2 GB",
  link,
  permissions: [
    // The report says what changed since the previous version, and who wrote a held version.
    { actions: ["s3:ListBucketVersions"], resources: [bronze.arn] },
    { actions: ["s3:GetObjectVersion"], resources: [surveyFiles, populationFile] },
    { actions: ["s3:GetObjectVersionTagging"], resources: [surveyFiles, populationFile] },
    { actions: ["s3:ListBucket"], resources: [silver.arn, gold.arn] },
    {
      actions: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
      resources: [silverFiles, reports],
    },
    { actions: ["s3:GetObject", "s3:PutObject"], resources: [silverPopulation] },
    // The files of an execution's report have the tag that makes them expire. Copying them can require
    // permission to read this tag.
    { actions: ["s3:GetObjectTagging", "s3:PutObjectTagging"], resources: [reports] },
    // A data file that the source no longer has is removed from Silver, too.
    { actions: ["s3:DeleteObject"], resources: [silverFiles] },
    // If an earlier execution replaced files of a later one, they are restored from the later execution's report.
    // Each list of releases and each file of differences is read by version ID.
    { actions: ["s3:GetObjectVersion"], resources: [silverFiles, reports] },
  ],
});

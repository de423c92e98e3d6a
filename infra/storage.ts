import {
  executionReportTag,
  indexPrefix,
  queryResultsPrefix,
  reportsPrefix,
  silverFiles,
  surveysPrefix,
} from "@data-quest/core/constants";
import { key } from "./encryption.ts";
import { fromDistributions } from "./policies.ts";
import { retainedWithBucket, settings } from "./stage.ts";

// A link passes on the bucket's name and grants nothing: a function's permissions are written next to the
// function.
sst.Linkable.wrap(sst.aws.Bucket, (bucket) => ({ properties: { name: bucket.name } }));

type LifecycleRule = aws.types.input.s3.BucketLifecycleConfigurationRule;

/**
 * The lifecycle rules of every bucket. They go by age alone, whereas `quest prune` also keeps the newest ten
 * versions.
 */
const everyBucketsRules = [
  {
    id: "OldVersions",
    status: "Enabled",
    filter: {},
    noncurrentVersionExpiration: { noncurrentDays: settings.oldVersionDays },
    expiration: { expiredObjectDeleteMarker: true },
  },
  {
    id: "UnfinishedUploads",
    status: "Enabled",
    filter: {},
    abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
  },
] satisfies LifecycleRule[];

/** If two rules apply to an object, S3 follows the rule with the shorter period. */
const goldRules = [
  // In a versioned bucket, an expired report first becomes an old version.
  {
    id: "ReportsOfExecutions",
    status: "Enabled",
    filter: { tag: executionReportTag },
    expiration: { days: settings.reportDays },
    noncurrentVersionExpiration: { noncurrentDays: 30 },
  },
  // Each execution of each survey replaces the index.
  {
    id: "OldIndexes",
    status: "Enabled",
    filter: { prefix: indexPrefix },
    noncurrentVersionExpiration: { noncurrentDays: 1, newerNoncurrentVersions: 100 },
  },
  // QuickSight reads a result right after its query. The last results also expire if a stage no longer
  // has dashboards.
  {
    id: "QueryResults",
    status: "Enabled",
    filter: { prefix: queryResultsPrefix },
    expiration: { days: 1 },
    noncurrentVersionExpiration: { noncurrentDays: 1 },
  },
] satisfies LifecycleRule[];

/**
 * A private, versioned, encrypted bucket that accepts only requests over TLS. `publicPaths` can be read
 * through CloudFront, if the stage allows it. `ownRules` are lifecycle rules in addition to those of every
 * bucket.
 */
function bucket(
  name: string,
  { publicPaths = [], ownRules = [] }: { publicPaths?: string[]; ownRules?: LifecycleRule[] } = {},
): sst.aws.Bucket {
  const readByCloudFront = {
    actions: ["s3:GetObject"],
    principals: [{ type: "service" as const, identifiers: ["cloudfront.amazonaws.com"] }],
    paths: publicPaths,
    conditions: [fromDistributions],
  };
  const component = new sst.aws.Bucket(name, {
    versioning: true,
    cors: false,
    policy: settings.publicAccess && publicPaths.length > 0 ? [readByCloudFront] : [],
    lifecycle: [{ id: "OldVersions" }],
    transform: {
      bucket: { forceDestroy: $app.removal === "remove" },
      lifecycle: (args, options) => {
        args.rules = [...everyBucketsRules, ...ownRules];
        return retain(args, options);
      },
      policy: retain,
      publicAccessBlock: retain,
      versioning: retain,
    },
  });
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}Encryption`,
    {
      bucket: component.name,
      rules: [
        key
          ? {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
              bucketKeyEnabled: true,
            }
          : { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
      ],
    },
    retainedWithBucket,
  );
  return component;
}

function retain(_args: unknown, options: $util.CustomResourceOptions): undefined {
  Object.assign(options, retainedWithBucket);
}

/** The exact bytes that the sources publish. */
export const bronze = bucket("Bronze", { publicPaths: [`${surveysPrefix}*`] });
/** The same figures, typed and columnar. */
export const silver = bucket("Silver", { publicPaths: [silverFiles] });
/** The reports. */
export const gold = bucket("Gold", { publicPaths: [`${reportsPrefix}*`], ownRules: goldRules });

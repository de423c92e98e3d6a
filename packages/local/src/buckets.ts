/** The buckets of a local deployment, set up in the same way as `sst deploy` sets up a stage's buckets. */
import {
  CreateBucketCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  NoSuchBucket,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { clientSettings } from "./client-settings.ts";
import { bucketNames, type Deployment, populationNotification } from "./deployment/deployment.ts";

export type BucketsOptions = {
  endpoint: string;
  environment: Record<string, string>;
  deployment: Deployment;
  /**
   * Whether the endpoint is the local S3. In another S3, notifications are not set up, and suspended
   * versioning is an error.
   */
  isLocal: boolean;
  log: (line: string) => void;
};

/** Versioning, which the workflow requires, is suspended for a bucket in another S3. */
export class VersioningSuspended extends Error {
  override readonly name = "VersioningSuspended";
}

/**
 * Creates missing buckets and settings. If nothing is missing, it only reads. Throws VersioningSuspended if
 * versioning is suspended for a bucket in another S3.
 */
export async function ensureBuckets(options: BucketsOptions): Promise<void> {
  const { endpoint, environment, deployment, isLocal } = options;
  const client = new S3Client({ endpoint, ...clientSettings(environment) });
  const { bronze, silver, gold } = bucketNames(deployment);
  try {
    await Promise.all([bronze, silver, gold].map((bucket) => ensureVersionedBucket(client, bucket, options)));
    if (isLocal) await ensureNotification(client, bronze);
  } finally {
    client.destroy();
  }
}

async function ensureVersionedBucket(
  client: S3Client,
  Bucket: string,
  { endpoint, isLocal, log }: BucketsOptions,
): Promise<void> {
  const versioning = await versioningOf(client, Bucket);
  if (versioning === "Enabled") return;
  if (versioning === "Suspended" && !isLocal) {
    throw new VersioningSuspended(
      `The workflow requires versioning, which is suspended for the bucket ${Bucket} at ${endpoint}. ` +
        `Enable it with: aws s3api put-bucket-versioning --endpoint-url ${endpoint} --bucket ${Bucket} ` +
        "--versioning-configuration Status=Enabled. Or use other buckets with --bucket-prefix",
    );
  }
  if (versioning === "NoSuchBucket") await client.send(new CreateBucketCommand({ Bucket }));
  else if (!isLocal) log(`Enabling versioning for the bucket ${Bucket} at ${endpoint}: it was never enabled`);
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
  );
}

type Versioning = "Enabled" | "Suspended" | "Never" | "NoSuchBucket";

async function versioningOf(client: S3Client, Bucket: string): Promise<Versioning> {
  try {
    return (await client.send(new GetBucketVersioningCommand({ Bucket }))).Status ?? "Never";
  } catch (error) {
    if (isNoSuchBucket(error)) return "NoSuchBucket";
    throw error;
  }
}

/** The SDK's model of GetBucketVersioning lacks NoSuchBucket, so only the error's name identifies it. */
function isNoSuchBucket(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === NoSuchBucket.name;
}

async function ensureNotification(client: S3Client, Bucket: string): Promise<void> {
  const { id, queueArn, events, prefix } = populationNotification;
  const there = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  const others = there.QueueConfigurations ?? [];
  if (others.some(({ Id }) => Id === id)) return;
  const wanted: NotificationConfiguration = {
    QueueConfigurations: [
      ...others,
      {
        Id: id,
        QueueArn: queueArn,
        Events: [...events],
        Filter: { Key: { FilterRules: [{ Name: "prefix", Value: prefix }] } },
      },
    ],
  };
  await client.send(
    new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: wanted }),
  );
}

/** The buckets of a local deployment, set up as `sst deploy` sets up those of a stage. */
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
   * Whether this is the local S3. Only the local S3 has our notification queue, and only its settings are ours
   * to change.
   */
  isLocal: boolean;
  log: (line: string) => void;
};

/** A bucket that is not ours has versioning suspended, but the workflow requires it. */
export class VersioningSuspended extends Error {
  override readonly name = "VersioningSuspended";
}

/**
 * Creates what is missing. If nothing is missing, only reads. Throws VersioningSuspended for a bucket in
 * another S3 whose owner suspended versioning.
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
      `The bucket ${Bucket} at ${endpoint} has versioning suspended, and the workflow requires it. ` +
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

/** GetBucketVersioning's model lacks NoSuchBucket, so the client knows the error only by its name. */
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

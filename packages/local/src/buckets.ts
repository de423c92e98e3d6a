/** The buckets of a local deployment, set up as `sst deploy` sets up a stage's. */
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
  /** False for an S3 that is not ours: it knows no queue of ours. */
  notifications: boolean;
};

/** Creates what is missing. Where nothing is, it only reads. */
export async function ensureBuckets(options: BucketsOptions): Promise<void> {
  const { endpoint, environment, deployment, notifications } = options;
  const client = new S3Client({ endpoint, ...clientSettings(environment) });
  const { bronze, silver, gold } = bucketNames(deployment);
  try {
    await Promise.all([bronze, silver, gold].map((bucket) => ensureVersionedBucket(client, bucket)));
    if (notifications) await ensureNotification(client, bronze);
  } finally {
    client.destroy();
  }
}

async function ensureVersionedBucket(client: S3Client, Bucket: string): Promise<void> {
  if ((await versioningOf(client, Bucket)) === "Enabled") return;
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
  );
}

/** The bucket's versioning, once there is such a bucket. */
async function versioningOf(client: S3Client, Bucket: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetBucketVersioningCommand({ Bucket }))).Status;
  } catch (error) {
    if (!isNoSuchBucket(error)) throw error;
    await client.send(new CreateBucketCommand({ Bucket }));
    return undefined;
  }
}

/** GetBucketVersioning's model has no NoSuchBucket, so the client knows it by its name only. */
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

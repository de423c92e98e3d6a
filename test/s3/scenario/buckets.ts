/** Buckets and their settings. */
import * as s3 from "@aws-sdk/client-s3";
import { plain, type Step, step, versioned } from "./step.ts";

export const bucketSteps: Step[] = [
  step("head no bucket", (client) => client.send(new s3.HeadBucketCommand(plain)).then(() => null)),
  step("list no bucket", (client) => client.send(new s3.ListObjectsV2Command(plain)).then(() => null)),
  step("create bucket", (client) =>
    client.send(new s3.CreateBucketCommand(plain)).then(({ Location }) => Location),
  ),
  step("create bucket again", (client) => client.send(new s3.CreateBucketCommand(plain)).then(() => null)),
  step("create bad name", (client) =>
    client.send(new s3.CreateBucketCommand({ Bucket: "Bad_Name" })).then(() => null),
  ),
  step("create versioned", (client) => client.send(new s3.CreateBucketCommand(versioned)).then(() => null)),
  step("head bucket", (client) => client.send(new s3.HeadBucketCommand(plain)).then(() => null)),
  step("bucket location", (client) =>
    client.send(new s3.GetBucketLocationCommand(plain)).then((out) => out.LocationConstraint ?? null),
  ),
  step("list buckets", (client) =>
    client.send(new s3.ListBucketsCommand({})).then((out) => out.Buckets?.map(({ Name }) => Name)),
  ),
  step("versioning never on", (client) =>
    client.send(new s3.GetBucketVersioningCommand(plain)).then((out) => out.Status ?? null),
  ),
  step("enable versioning", (client) =>
    client
      .send(
        new s3.PutBucketVersioningCommand({ ...versioned, VersioningConfiguration: { Status: "Enabled" } }),
      )
      .then(() => null),
  ),
  step("versioning on", (client) =>
    client.send(new s3.GetBucketVersioningCommand(versioned)).then((out) => out.Status),
  ),

  step("no bucket tags", (client) => client.send(new s3.GetBucketTaggingCommand(plain)).then(() => null)),
  step("put bucket tags", (client) =>
    client
      .send(
        new s3.PutBucketTaggingCommand({
          ...plain,
          Tagging: { TagSet: [{ Key: "Project", Value: "Quest" }] },
        }),
      )
      .then(() => null),
  ),
  step("get bucket tags", (client) =>
    client.send(new s3.GetBucketTaggingCommand(plain)).then((out) => out.TagSet),
  ),
  step("delete bucket tags", (client) =>
    client.send(new s3.DeleteBucketTaggingCommand(plain)).then(() => null),
  ),
  step("no policy", (client) => client.send(new s3.GetBucketPolicyCommand(plain)).then(() => null)),
  step("put policy", (client) =>
    client
      .send(new s3.PutBucketPolicyCommand({ ...plain, Policy: '{"Version":"2012-10-17","Statement":[]}' }))
      .then(() => null),
  ),
  step("get policy", (client) => client.send(new s3.GetBucketPolicyCommand(plain)).then((out) => out.Policy)),
  step("delete policy", (client) => client.send(new s3.DeleteBucketPolicyCommand(plain)).then(() => null)),
  step("no lifecycle", (client) =>
    client.send(new s3.GetBucketLifecycleConfigurationCommand(plain)).then(() => null),
  ),
  step("put lifecycle", (client) =>
    client
      .send(
        new s3.PutBucketLifecycleConfigurationCommand({
          ...plain,
          LifecycleConfiguration: {
            Rules: [
              {
                ID: "old-versions",
                Status: "Enabled",
                Filter: { Prefix: "" },
                NoncurrentVersionExpiration: { NoncurrentDays: 30 },
                AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
              },
            ],
          },
        }),
      )
      .then(() => null),
  ),
  step("get lifecycle", (client) =>
    client.send(new s3.GetBucketLifecycleConfigurationCommand(plain)).then((out) => out.Rules),
  ),
  step("delete lifecycle", (client) =>
    client.send(new s3.DeleteBucketLifecycleCommand(plain)).then(() => null),
  ),
  step("put encryption", (client) =>
    client
      .send(
        new s3.PutBucketEncryptionCommand({
          ...plain,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
          },
        }),
      )
      .then(() => null),
  ),
  step("get encryption", (client) =>
    client
      .send(new s3.GetBucketEncryptionCommand(plain))
      .then((out) => out.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault),
  ),
  step("put public access block", (client) =>
    client
      .send(
        new s3.PutPublicAccessBlockCommand({
          ...plain,
          PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
        }),
      )
      .then(() => null),
  ),
  step("delete public access block", (client) =>
    client.send(new s3.DeletePublicAccessBlockCommand(plain)).then(() => null),
  ),
  step("no public access block", (client) =>
    client.send(new s3.GetPublicAccessBlockCommand(plain)).then(() => null),
  ),
];

/** Versions and delete markers. */
import * as s3 from "@aws-sdk/client-s3";
import { type Step, save, saved, step, versioned } from "./step.ts";

export const versionSteps: Step[] = [
  ...["one", "two"].map((body) =>
    step(`put version ${body}`, (client, memory) =>
      client.send(new s3.PutObjectCommand({ ...versioned, Key: "v", Body: body })).then((out) => {
        save(memory, body, out.VersionId);
        return out.VersionId !== undefined;
      }),
    ),
  ),
  step("get version", (client, memory) =>
    client
      .send(new s3.GetObjectCommand({ ...versioned, Key: "v", VersionId: saved(memory, "one") }))
      .then((out) => out.Body?.transformToString()),
  ),
  step("tag old version", (client, memory) =>
    client
      .send(
        new s3.PutObjectTaggingCommand({
          ...versioned,
          Key: "v",
          VersionId: saved(memory, "one"),
          Tagging: { TagSet: [{ Key: "old", Value: "yes" }] },
        }),
      )
      .then(() => null),
  ),
  step("tags of new version", (client) =>
    client.send(new s3.GetObjectTaggingCommand({ ...versioned, Key: "v" })).then((out) => out.TagSet),
  ),
  step("tags of old version", (client, memory) =>
    client
      .send(new s3.GetObjectTaggingCommand({ ...versioned, Key: "v", VersionId: saved(memory, "one") }))
      .then((out) => out.TagSet),
  ),
  step("delete marker", (client, memory) =>
    client.send(new s3.DeleteObjectCommand({ ...versioned, Key: "v" })).then((out) => {
      save(memory, "marker", out.VersionId);
      return out.DeleteMarker;
    }),
  ),
  step("get behind marker", (client) =>
    client.send(new s3.GetObjectCommand({ ...versioned, Key: "v" })).then(() => null),
  ),
  step("head behind marker", (client) =>
    client.send(new s3.HeadObjectCommand({ ...versioned, Key: "v" })).then(() => null),
  ),
  step("get marker", (client, memory) =>
    client
      .send(new s3.GetObjectCommand({ ...versioned, Key: "v", VersionId: saved(memory, "marker") }))
      .then(() => null),
  ),
  step("head marker", (client, memory) =>
    client
      .send(new s3.HeadObjectCommand({ ...versioned, Key: "v", VersionId: saved(memory, "marker") }))
      .then(() => null),
  ),
  step("put if match behind marker", (client) =>
    client
      .send(new s3.PutObjectCommand({ ...versioned, Key: "v", Body: "x", IfMatch: '"0"' }))
      .then(() => null),
  ),
  step("list behind marker", (client) =>
    client.send(new s3.ListObjectsV2Command(versioned)).then((out) => out.KeyCount),
  ),
  step("list versions", (client, memory) =>
    client.send(new s3.ListObjectVersionsCommand(versioned)).then((out) => ({
      versions: out.Versions?.map(({ Key, VersionId, IsLatest, Size }) => [
        Key,
        VersionId === saved(memory, "two") ? "two" : VersionId === saved(memory, "one") ? "one" : "?",
        IsLatest,
        Size,
      ]),
      markers: out.DeleteMarkers?.map(({ Key, IsLatest }) => [Key, IsLatest]),
      truncated: out.IsTruncated,
    })),
  ),
  step("remove marker", (client, memory) =>
    client
      .send(new s3.DeleteObjectCommand({ ...versioned, Key: "v", VersionId: saved(memory, "marker") }))
      .then((out) => out.DeleteMarker),
  ),
  step("get again", (client) =>
    client
      .send(new s3.GetObjectCommand({ ...versioned, Key: "v" }))
      .then((out) => out.Body?.transformToString()),
  ),
  step("copy old version", (client, memory) =>
    client
      .send(
        new s3.CopyObjectCommand({
          ...versioned,
          Key: "restored",
          CopySource: `versioned-bucket/v?versionId=${saved(memory, "one")}`,
        }),
      )
      .then((out) => out.CopyObjectResult?.ETag),
  ),
  step("get no version", (client) =>
    client
      .send(
        new s3.GetObjectCommand({ ...versioned, Key: "v", VersionId: "0123456789abcdef0123456789abcdef" }),
      )
      .then(() => null),
  ),
  step("suspend", (client) =>
    client
      .send(
        new s3.PutBucketVersioningCommand({ ...versioned, VersioningConfiguration: { Status: "Suspended" } }),
      )
      .then(() => null),
  ),
  step("put null version", (client) =>
    client
      .send(new s3.PutObjectCommand({ ...versioned, Key: "v", Body: "null" }))
      .then((out) => out.VersionId),
  ),
];

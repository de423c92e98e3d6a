/** Multipart uploads, and buckets that cannot be deleted. */
import * as s3 from "@aws-sdk/client-s3";
import { type Memory, plain, type Step, save, saved, step } from "./step.ts";

const FIVE_MEGABYTES = Buffer.alloc(5 * 1024 * 1024, "five\n");

function complete(memory: Memory, numbers: number[], change: Partial<s3.CompletedPart> = {}) {
  return new s3.CompleteMultipartUploadCommand({
    ...plain,
    Key: "multi",
    UploadId: saved(memory, "upload"),
    MultipartUpload: {
      Parts: numbers.map((PartNumber) => ({
        PartNumber,
        ETag: saved(memory, `part${PartNumber}`),
        ChecksumSHA256: saved(memory, `sum${PartNumber}`),
        ...change,
      })),
    },
  });
}

export const uploadSteps: Step[] = [
  step("create upload", (client, memory) =>
    client
      .send(
        new s3.CreateMultipartUploadCommand({
          ...plain,
          Key: "multi",
          ChecksumAlgorithm: "SHA256",
          ContentType: "text/csv",
          Metadata: { parts: "two" },
        }),
      )
      .then((out) => {
        save(memory, "upload", out.UploadId);
        return [out.Bucket, out.Key];
      }),
  ),
  ...(
    [
      [1, FIVE_MEGABYTES],
      [2, "the end"],
    ] as const
  ).map(([number, Body]) =>
    step(`upload part ${number}`, (client, memory) =>
      client
        .send(
          new s3.UploadPartCommand({
            ...plain,
            Key: "multi",
            UploadId: saved(memory, "upload"),
            PartNumber: number,
            Body,
            ChecksumAlgorithm: "SHA256",
          }),
        )
        .then((out) => {
          save(memory, `part${number}`, out.ETag);
          save(memory, `sum${number}`, out.ChecksumSHA256);
          return [out.ETag, out.ChecksumSHA256];
        }),
    ),
  ),
  step("list parts", (client, memory) =>
    client
      .send(new s3.ListPartsCommand({ ...plain, Key: "multi", UploadId: saved(memory, "upload") }))
      .then((out) => out.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag])),
  ),
  step("list uploads", (client) =>
    client.send(new s3.ListMultipartUploadsCommand(plain)).then((out) => out.Uploads?.map(({ Key }) => Key)),
  ),
  step("complete in wrong order", (client, memory) => client.send(complete(memory, [2, 1])).then(() => null)),
  step("complete with wrong etag", (client, memory) =>
    client.send(complete(memory, [1, 2], { ETag: '"0"' })).then(() => null),
  ),
  step("complete with missing part", (client, memory) =>
    client.send(complete(memory, [1, 2, 3])).then(() => null),
  ),
  step("complete", (client, memory) =>
    client.send(complete(memory, [1, 2])).then((out) => [out.ETag, out.ChecksumSHA256, out.Bucket, out.Key]),
  ),
  step("head multi", (client) =>
    client
      .send(new s3.HeadObjectCommand({ ...plain, Key: "multi" }))
      .then((out) => [out.ContentLength, out.Metadata, out.ContentType]),
  ),
  step("get part", (client) =>
    client
      .send(new s3.GetObjectCommand({ ...plain, Key: "multi", PartNumber: 2 }))
      .then((out) => out.Body?.transformToString()),
  ),
  step("get across parts", (client) =>
    client
      .send(new s3.GetObjectCommand({ ...plain, Key: "multi", Range: "bytes=5242876-5242883" }))
      .then((out) => out.Body?.transformToString()),
  ),
  step("part of no upload", (client) =>
    client
      .send(new s3.UploadPartCommand({ ...plain, Key: "multi", UploadId: "none", PartNumber: 1, Body: "x" }))
      .then(() => null),
  ),
  step("abort no upload", (client) =>
    client
      .send(new s3.AbortMultipartUploadCommand({ ...plain, Key: "multi", UploadId: "none" }))
      .then(() => null),
  ),
  step("create upload to abort", (client, memory) =>
    client.send(new s3.CreateMultipartUploadCommand({ ...plain, Key: "multi" })).then((out) => {
      save(memory, "upload", out.UploadId);
      return null;
    }),
  ),
  step("copy part", (client, memory) =>
    client
      .send(
        new s3.UploadPartCopyCommand({
          ...plain,
          Key: "multi",
          UploadId: saved(memory, "upload"),
          PartNumber: 1,
          CopySource: "plain-bucket/a/hello.txt",
          CopySourceRange: "bytes=0-4",
        }),
      )
      .then((out) => out.CopyPartResult?.ETag),
  ),
  step("abort", (client, memory) =>
    client
      .send(new s3.AbortMultipartUploadCommand({ ...plain, Key: "multi", UploadId: saved(memory, "upload") }))
      .then(() => null),
  ),
  step("list no uploads", (client) =>
    client.send(new s3.ListMultipartUploadsCommand(plain)).then((out) => out.Uploads ?? []),
  ),

  step("delete bucket that is not empty", (client) =>
    client.send(new s3.DeleteBucketCommand(plain)).then(() => null),
  ),
  step("delete no bucket", (client) =>
    client.send(new s3.DeleteBucketCommand({ Bucket: "no-such-bucket" })).then(() => null),
  ),
];

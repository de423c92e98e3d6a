import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digester } from "./checksums.ts";
import { s3Failure, serveForTests, type TestServer } from "./test-server.test-support.ts";

let server: TestServer;
const Bucket = "multipart";
const FIRST = Buffer.alloc(5 * 1024 * 1024, "first");
const SECOND = Buffer.from("second and last");

beforeAll(async () => {
  server = await serveForTests();
  await server.bucket(Bucket, "Enabled");
});
afterAll(() => server.close());

async function begin(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}): Promise<string> {
  const { UploadId } = await server.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  return UploadId ?? "";
}

/** Uploads a part and returns its entry for CompleteMultipartUpload. */
async function part(Key: string, UploadId: string, PartNumber: number, Body: Buffer, more: object = {}) {
  const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more });
  const { $metadata: _, ServerSideEncryption: __, ...named } = await server.client.send(command);
  return { PartNumber, ...named };
}

function complete(Key: string, UploadId: string, Parts: CompletedPart[], more: object = {}) {
  const command = new CompleteMultipartUploadCommand({
    Bucket,
    Key,
    UploadId,
    MultipartUpload: { Parts },
    ...more,
  });
  return server.client.send(command);
}

async function twoParts(Key: string, UploadId: string, more: object = {}) {
  return [await part(Key, UploadId, 1, FIRST, more), await part(Key, UploadId, 2, SECOND, more)];
}

function md5(...buffers: Buffer[]): Buffer {
  return createHash("md5").update(Buffer.concat(buffers)).digest();
}

describe("multipart uploads", () => {
  test("become one object, with the attributes of CreateMultipartUpload", async () => {
    const Key = "whole";
    const UploadId = await begin(Key, { Metadata: { a: "1" }, ContentType: "text/csv", Tagging: "t=1" });
    const parts = await twoParts(Key, UploadId);
    const listed = await server.client.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(listed.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag])).toEqual([
      [1, FIRST.length, parts[0]?.ETag],
      [2, SECOND.length, parts[1]?.ETag],
    ]);
    const { ETag, VersionId } = await complete(Key, UploadId, parts);
    expect(ETag).toBe(`"${md5(md5(FIRST), md5(SECOND)).toString("hex")}-2"`);
    const got = await server.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(got).toMatchObject({
      ETag,
      VersionId,
      ContentType: "text/csv",
      Metadata: { a: "1" },
      TagCount: 1,
    });
    const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat([FIRST, SECOND]))).toBe(true);
    const Range = `bytes=${FIRST.length - 2}-${FIRST.length + 2}`;
    const across = await server.client.send(new GetObjectCommand({ Bucket, Key, Range }));
    expect(await across.Body?.transformToString()).toBe(`${FIRST.subarray(-2)}sec`);
    const second = await server.client.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
    expect(second).toMatchObject({
      PartsCount: 2,
      ContentRange: `bytes ${FIRST.length}-${bytes.length - 1}/${bytes.length}`,
    });
    expect(await second.Body?.transformToString()).toBe(SECOND.toString());
    const { Uploads } = await server.client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
    expect(Uploads).toBeUndefined();
  });

  test("return the same response when they are completed again, and create no second version", async () => {
    const Key = "again";
    const UploadId = await begin(Key);
    const parts = await twoParts(Key, UploadId);
    const first = await complete(Key, UploadId, parts, { IfNoneMatch: "*" });
    await server.restart();
    const second = await complete(Key, UploadId, parts, { IfNoneMatch: "*" });
    expect([second.ETag, second.VersionId]).toEqual([first.ETag, first.VersionId]);
    const { Versions } = await server.client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
    expect(Versions).toHaveLength(1);
  });

  test("become one version even if two clients complete them at once", async () => {
    const Key = "twice";
    const UploadId = await begin(Key);
    const parts = await twoParts(Key, UploadId);
    const [one, two] = await Promise.all([complete(Key, UploadId, parts), complete(Key, UploadId, parts)]);
    expect(one.VersionId).toBe(two.VersionId);
    const { Versions } = await server.client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
    expect(Versions).toHaveLength(1);
  });

  test("survive a restart of the server between two parts", async () => {
    const Key = "restarted";
    const UploadId = await begin(Key);
    const first = await part(Key, UploadId, 1, FIRST);
    await server.restart();
    const second = await part(Key, UploadId, 2, SECOND);
    await complete(Key, UploadId, [first, second]);
    const head = await server.client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head.ContentLength).toBe(FIRST.length + SECOND.length);
  });

  test("use the last uploaded part with each number, and only the listed parts", async () => {
    const Key = "replaced";
    const UploadId = await begin(Key);
    await part(Key, UploadId, 3, Buffer.from("not this"));
    const last = await part(Key, UploadId, 3, Buffer.from("but this"));
    await part(Key, UploadId, 7, Buffer.from("nor this"));
    await complete(Key, UploadId, [last]);
    const { Body } = await server.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe("but this");
  });

  test("that are invalid are refused with S3's errors", async () => {
    const Key = "refused";
    const UploadId = await begin(Key, { ChecksumAlgorithm: "CRC32" });
    const small = await part(Key, UploadId, 1, Buffer.from("small"));
    const last = await part(Key, UploadId, 2, SECOND);
    const refusals: [CompletedPart[], string, object?][] = [
      [[last, small], "InvalidPartOrder"],
      [[small, last], "EntityTooSmall"],
      [[small, { ...last, PartNumber: 3 }], "InvalidPart"],
      [[{ ...small, ETag: last.ETag }], "InvalidPart"],
      [[{ ...small, ChecksumCRC32: last.ChecksumCRC32 }], "InvalidPart"],
      [[{ PartNumber: 1, ETag: small.ETag }], "InvalidRequest"],
      [[small], "InvalidRequest", { MpuObjectSize: 6 }],
      [[small], "BadDigest", { ChecksumCRC32: last.ChecksumCRC32 }],
    ];
    for (const [parts, code, more] of refusals) {
      await expect(complete(Key, UploadId, parts, more)).rejects.toMatchObject(s3Failure(code, 400));
    }
    await expect(complete(Key, "none", [small])).rejects.toMatchObject(s3Failure("NoSuchUpload", 404));
    await expect(complete("other", UploadId, [small])).rejects.toMatchObject(s3Failure("NoSuchUpload", 404));
    await expect(part(Key, UploadId, 10_001, SECOND)).rejects.toMatchObject(
      s3Failure("InvalidArgument", 400),
    );
    const abort = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
    await server.client.send(abort);
    await expect(server.client.send(abort)).rejects.toMatchObject(s3Failure("NoSuchUpload", 404));
    await expect(part(Key, UploadId, 1, SECOND)).rejects.toMatchObject(s3Failure("NoSuchUpload", 404));
  });

  test.each([
    ["CRC32", "FULL_OBJECT"],
    ["CRC32C", "FULL_OBJECT"],
    ["CRC64NVME", "FULL_OBJECT"],
    ["CRC32", "COMPOSITE"],
    ["SHA1", "COMPOSITE"],
    ["SHA256", "COMPOSITE"],
  ] as const)("keep a %s checksum of type %s", async (ChecksumAlgorithm, ChecksumType) => {
    const Key = `${ChecksumAlgorithm} ${ChecksumType}`;
    const UploadId = await begin(Key, { ChecksumAlgorithm, ChecksumType });
    const parts = await twoParts(Key, UploadId, { ChecksumAlgorithm });
    const field = `Checksum${ChecksumAlgorithm}` as const;
    const whole = digester([ChecksumAlgorithm]);
    if (ChecksumType === "FULL_OBJECT") for (const buffer of [FIRST, SECOND]) whole.update(buffer);
    else for (const { [field]: value = "" } of parts) whole.update(Buffer.from(value, "base64"));
    const value = (await whole.digests()).checksum(ChecksumAlgorithm);
    const expected = ChecksumType === "FULL_OBJECT" ? value : `${value}-2`;
    const done = await complete(Key, UploadId, parts, { ChecksumType });
    expect(done).toMatchObject({ [field]: expected, ChecksumType });
    const head = await server.client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    expect(head).toMatchObject({ [field]: expected, ChecksumType });
    const ObjectAttributes = ["Checksum" as const, "ObjectParts" as const];
    const attributes = await server.client.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes }),
    );
    expect(attributes.Checksum).toMatchObject({ [field]: value });
    expect(attributes.ObjectParts?.TotalPartsCount).toBe(2);
    expect(attributes.ObjectParts?.Parts?.length).toBe(ChecksumType === "COMPOSITE" ? 2 : undefined);
  });

  test.each([
    ["SHA256", "FULL_OBJECT"],
    ["CRC64NVME", "COMPOSITE"],
  ] as const)("reject a %s checksum of type %s", async (ChecksumAlgorithm, ChecksumType) => {
    await expect(begin("never", { ChecksumAlgorithm, ChecksumType })).rejects.toMatchObject(
      s3Failure("InvalidRequest", 400),
    );
  });

  test("refuse a part whose checksum algorithm is not the upload's", async () => {
    const UploadId = await begin("mixed", { ChecksumAlgorithm: "SHA256" });
    const other = part("mixed", UploadId, 1, SECOND, { ChecksumAlgorithm: "CRC32" });
    await expect(other).rejects.toMatchObject(s3Failure("InvalidRequest", 400));
  });

  test("copy ranges of other objects", async () => {
    const Key = "copied";
    await server.client.send(new PutObjectCommand({ Bucket, Key: "source", Body: "0123456789" }));
    const UploadId = await begin(Key, { ChecksumAlgorithm: "SHA256" });
    const copy = (CopySourceRange: string) =>
      server.client.send(
        new UploadPartCopyCommand({
          Bucket,
          Key,
          UploadId,
          PartNumber: 1,
          CopySource: `${Bucket}/source`,
          CopySourceRange,
        }),
      );
    for (const wrong of ["bytes=1-", "bytes=-2", "0-8", "bytes=2-1", "bytes=0-10"]) {
      await expect(copy(wrong)).rejects.toMatchObject(s3Failure("InvalidArgument", 400));
    }
    await expect(copy("bytes=10-12")).rejects.toMatchObject(s3Failure("InvalidRequest", 400));
    const { CopyPartResult } = await copy("bytes=2-5");
    expect(CopyPartResult?.ETag).toBe(`"${md5(Buffer.from("2345")).toString("hex")}"`);
    await complete(Key, UploadId, [
      { PartNumber: 1, ETag: CopyPartResult?.ETag, ChecksumSHA256: CopyPartResult?.ChecksumSHA256 },
    ]);
    const { Body } = await server.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe("2345");
  });

  test("are listed page by page", async () => {
    const name = await server.bucket("listed");
    const open = async (Key: string) => {
      const { UploadId } = await server.client.send(new CreateMultipartUploadCommand({ Bucket: name, Key }));
      return [Key, UploadId];
    };
    const expected = [await open("a"), await open("a"), await open("b/1"), await open("b/2")];
    const seen: unknown[] = [];
    let marker: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const command = new ListMultipartUploadsCommand({ Bucket: name, MaxUploads: 1, ...marker });
      const page = await server.client.send(command);
      seen.push(...(page.Uploads ?? []).map(({ Key, UploadId }) => [Key, UploadId]));
      if (!page.IsTruncated) break;
      marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
    expect(seen).toEqual(expected);
    const rolled = await server.client.send(
      new ListMultipartUploadsCommand({ Bucket: name, Delimiter: "/" }),
    );
    expect(rolled.CommonPrefixes).toEqual([{ Prefix: "b/" }]);
    expect(rolled.Uploads).toHaveLength(2);
  });
});

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raw, s3Failure, serveForTests, type TestServer } from "./test-server.test-support.ts";

let server: TestServer;

beforeAll(async () => {
  server = await serveForTests();
});
afterAll(() => server.close());

async function put(Bucket: string, Key: string, Body: string): Promise<string> {
  const { VersionId } = await server.client.send(new PutObjectCommand({ Bucket, Key, Body }));
  return VersionId ?? "none";
}

async function get(Bucket: string, Key: string, VersionId?: string): Promise<string> {
  const { Body } = await server.client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
  return (await Body?.transformToString()) ?? "";
}

async function remove(Bucket: string, Key: string, VersionId?: string) {
  return server.client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
}

/** A summary of all versions and delete markers in a bucket, newest first. */
async function versions(Bucket: string) {
  const answer = await server.client.send(new ListObjectVersionsCommand({ Bucket }));
  return {
    versions: (answer.Versions ?? []).map(({ Key, VersionId, IsLatest, Size }) => [
      Key,
      VersionId,
      IsLatest,
      Size,
    ]),
    markers: (answer.DeleteMarkers ?? []).map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
  };
}

describe("a bucket with versions", () => {
  test("keeps every version when an object is replaced or deleted", async () => {
    const bucket = await server.bucket("kept", "Enabled");
    const one = await put(bucket, "k", "one");
    const two = await put(bucket, "k", "second");
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(await get(bucket, "k")).toBe("second");
    expect(await get(bucket, "k", one)).toBe("one");
    const { DeleteMarker, VersionId: marker } = await remove(bucket, "k");
    expect(DeleteMarker).toBe(true);
    const hidden = await raw(server.url, "GET", `/${bucket}/k`);
    expect(hidden.status).toBe(404);
    expect(hidden.headers).toMatchObject({ "x-amz-delete-marker": "true", "x-amz-version-id": marker });
    expect(hidden.text).toContain("<Code>NoSuchKey</Code>");
    expect((await server.client.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(0);
    const asked = await raw(server.url, "GET", `/${bucket}/k?versionId=${marker}`);
    expect([asked.status, asked.headers["x-amz-delete-marker"], asked.headers.allow]).toEqual([
      405,
      "true",
      "DELETE",
    ]);
    expect(await versions(bucket)).toEqual({
      versions: [
        ["k", two, false, 6],
        ["k", one, false, 3],
      ],
      markers: [["k", marker, true]],
    });
    await server.restart();
    expect((await remove(bucket, "k", marker)).DeleteMarker).toBe(true);
    expect(await get(bucket, "k")).toBe("second");
    await remove(bucket, "k", two);
    expect(await get(bucket, "k")).toBe("one");
    await expect(get(bucket, "k", two)).rejects.toMatchObject(s3Failure("NoSuchVersion", 404));
    await expect(get(bucket, "k", "nonsense")).rejects.toMatchObject(s3Failure("InvalidArgument", 400));
  });

  test("tags a version without changing the others", async () => {
    const bucket = await server.bucket("tagged", "Enabled");
    const Key = "k";
    const one = await put(bucket, Key, "one");
    const two = await put(bucket, Key, "two");
    const Tagging = { TagSet: [{ Key: "of", Value: "one" }] };
    await server.client.send(new PutObjectTaggingCommand({ Bucket: bucket, Key, VersionId: one, Tagging }));
    const tags = async (VersionId?: string) =>
      server.client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key, VersionId }));
    expect(await tags(one)).toMatchObject({ ...Tagging, VersionId: one });
    expect(await tags()).toMatchObject({ TagSet: [], VersionId: two });
    expect((await versions(bucket)).versions).toHaveLength(2);
    await remove(bucket, Key);
    await expect(tags()).rejects.toMatchObject(s3Failure("MethodNotAllowed", 405));
  });

  test("copies a version as the newest one", async () => {
    const bucket = await server.bucket("restored", "Enabled");
    const one = await put(bucket, "k", "one");
    await put(bucket, "k", "two");
    const CopySource = `${bucket}/k?versionId=${one}`;
    const copy = await server.client.send(new CopyObjectCommand({ Bucket: bucket, Key: "k", CopySource }));
    expect(copy.CopySourceVersionId).toBe(one);
    expect(await get(bucket, "k")).toBe("one");
    expect((await versions(bucket)).versions).toHaveLength(3);
  });

  test("deletes in batches, with separate results", async () => {
    const bucket = await server.bucket("batch", "Enabled");
    const one = await put(bucket, "a", "one");
    const Objects = [
      { Key: "a" },
      { Key: "a", VersionId: one },
      { Key: "b", VersionId: "nonsense" },
      { Key: "c" },
    ];
    const answer = await server.client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }),
    );
    expect(answer.Deleted).toMatchObject([
      { Key: "a", DeleteMarker: true },
      { Key: "a", VersionId: one },
      { Key: "c", DeleteMarker: true },
    ]);
    expect(answer.Errors).toMatchObject([{ Key: "b", Code: "NoSuchVersion" }]);
    const Quiet = true;
    const quiet = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key: "d" }], Quiet } });
    expect((await server.client.send(quiet)).Deleted).toBeUndefined();
  });

  test("lists versions page by page, each once and in order", async () => {
    const bucket = await server.bucket("paged", "Enabled");
    const expected: [string, string][] = [];
    for (const key of ["a", "b/1", "b/2", "c"]) {
      const ids = [await put(bucket, key, "1"), await put(bucket, key, "2"), await put(bucket, key, "3")];
      expected.push(...ids.reverse().map((id): [string, string] => [key, id]));
    }
    for (const MaxKeys of [1, 2, 5]) {
      const seen: [string | undefined, string | undefined][] = [];
      let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
      for (;;) {
        const page = await server.client.send(
          new ListObjectVersionsCommand({ Bucket: bucket, MaxKeys, ...marker }),
        );
        seen.push(...(page.Versions ?? []).map(({ Key, VersionId }): (typeof seen)[0] => [Key, VersionId]));
        if (!page.IsTruncated) break;
        marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
      expect(seen).toEqual(expected);
    }
    const rolled = await server.client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Delimiter: "/", KeyMarker: "a" }),
    );
    expect(rolled.CommonPrefixes).toEqual([{ Prefix: "b/" }]);
    expect(rolled.Versions).toHaveLength(3);
  });

  test("continues a listing after a version that was deleted between two pages", async () => {
    const bucket = await server.bucket("gap", "Enabled");
    const [one, two, three] = [
      await put(bucket, "k", "1"),
      await put(bucket, "k", "2"),
      await put(bucket, "k", "3"),
    ];
    await remove(bucket, "k", two);
    const command = new ListObjectVersionsCommand({ Bucket: bucket, KeyMarker: "k", VersionIdMarker: two });
    expect((await server.client.send(command)).Versions?.map(({ VersionId }) => VersionId)).toEqual([one]);
    expect(three).not.toBe(two);
  });
});

describe("a bucket without versions", () => {
  test("replaces and deletes objects permanently", async () => {
    const bucket = await server.bucket("unversioned");
    expect(await put(bucket, "k", "one")).toBe("none");
    await put(bucket, "k", "two");
    expect(await get(bucket, "k", "null")).toBe("two");
    expect((await versions(bucket)).versions).toEqual([["k", "null", true, 3]]);
    const removed = await remove(bucket, "k");
    expect([removed.DeleteMarker, removed.VersionId]).toEqual([undefined, undefined]);
    expect(await versions(bucket)).toEqual({ versions: [], markers: [] });
    expect((await remove(bucket, "k")).$metadata.httpStatusCode).toBe(204);
  });

  test("keeps its objects as null versions when versioning is enabled", async () => {
    const bucket = await server.bucket("switched");
    await put(bucket, "k", "old");
    const VersioningConfiguration = { Status: "Enabled" as const };
    await server.client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
    const two = await put(bucket, "k", "new");
    expect(await get(bucket, "k", "null")).toBe("old");
    await remove(bucket, "k", two);
    expect(await get(bucket, "k")).toBe("old");
  });
});

describe("a bucket with versioning suspended", () => {
  test("keeps its versions, and at most one null version of a key", async () => {
    const bucket = await server.bucket("suspended", "Enabled");
    const one = await put(bucket, "k", "one");
    const VersioningConfiguration = { Status: "Suspended" as const };
    await server.client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
    expect(await put(bucket, "k", "first null")).toBe("none");
    await put(bucket, "k", "null");
    expect((await versions(bucket)).versions).toEqual([
      ["k", "null", true, 4],
      ["k", one, false, 3],
    ]);
    const head = await server.client.send(new HeadObjectCommand({ Bucket: bucket, Key: "k" }));
    expect(head.VersionId).toBe("null");
    const { DeleteMarker, VersionId } = await remove(bucket, "k");
    expect([DeleteMarker, VersionId]).toEqual([true, "null"]);
    expect(await versions(bucket)).toEqual({
      versions: [["k", one, false, 3]],
      markers: [["k", "null", true]],
    });
    await server.restart();
    expect(await versions(bucket)).toEqual({
      versions: [["k", one, false, 3]],
      markers: [["k", "null", true]],
    });
    await remove(bucket, "k", "null");
    expect(await get(bucket, "k")).toBe("one");
  });
});

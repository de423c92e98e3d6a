import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ChildServer, startChildServer } from "./child-server.ts";

/** How many times the server is killed: a few times by default, a hundred times with QUEST_LONG. */
const KILLS = process.env.QUEST_LONG ? 100 : 5;
const VERSIONED = "versioned";
const PLAIN = "plain";
const KEYS = ["a", "b", "c", "d"];

/** Numbers from 0 to 1 (exclusive). The same seed gives the same numbers, so that a failure can be reproduced. */
function seeded(seed: number): () => number {
  const numbers = fc.sample(fc.noBias(fc.nat(9999)), { seed, numRuns: 1000 });
  let at = 0;
  return () => (numbers[at++ % numbers.length] ?? 0) / 10_000;
}

/** A body with its SHA-256 in the metadata, which shows whether the stored body is complete. */
function objectOf(name: string, size: number): { Body: Buffer; Metadata: Record<string, string> } {
  const Body = Buffer.alloc(size, `${name}\n`);
  return { Body, Metadata: { name, sha256: createHash("sha256").update(Body).digest("hex") } };
}

function clientOf({ url }: ChildServer): S3Client {
  return new S3Client({
    endpoint: url,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
}

/**
 * What the server has promised: the acknowledged versions and, for each key of the plain bucket, the last
 * acknowledged write and the contents that are also possible.
 */
type Promised = { versions: Map<string, string>; plain: Map<string, { last: string; maybe: Set<string> }> };

/**
 * Writes without a pause, several at a time, until the server is gone. Every acknowledged write is recorded
 * as a promise.
 */
async function write(
  client: S3Client,
  random: () => number,
  round: number,
  promised: Promised,
): Promise<void> {
  let count = 0;
  const writer = async (key: string) => {
    const state = promised.plain.get(key) ?? { last: "", maybe: new Set<string>() };
    promised.plain.set(key, state);
    for (;;) {
      const name = `${round}-${key}-${count++}`;
      const object = objectOf(name, random() < 0.3 ? 2_000_000 + random() * 4_000_000 : random() * 5000);
      const choice = random();
      if (choice < 0.35) {
        const { VersionId } = await client.send(
          new PutObjectCommand({ Bucket: VERSIONED, Key: key, ...object }),
        );
        promised.versions.set(VersionId ?? "", name);
      } else if (choice < 0.5) {
        promised.versions.set(await uploadInParts(client, key, name), name);
      } else if (choice < 0.6) {
        await client.send(new DeleteObjectCommand({ Bucket: VERSIONED, Key: key }));
      } else if (choice < 0.7) {
        state.maybe.add("");
        await client.send(new DeleteObjectCommand({ Bucket: PLAIN, Key: key }));
        Object.assign(state, { last: "", maybe: new Set() });
      } else {
        state.maybe.add(name);
        await client.send(new PutObjectCommand({ Bucket: PLAIN, Key: key, ...object }));
        Object.assign(state, { last: name, maybe: new Set() });
      }
    }
  };
  // Each writer ends when the connection breaks. The later checks show whether a writer ended for another reason.
  await Promise.allSettled(KEYS.map(writer));
}

async function uploadInParts(client: S3Client, Key: string, name: string): Promise<string> {
  const { Body, Metadata } = objectOf(name, 5 * 1024 * 1024 + 1000);
  const Bucket = VERSIONED;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, Metadata }));
  const Parts = [];
  for (const [index, piece] of [
    Body.subarray(0, 5 * 1024 * 1024),
    Body.subarray(5 * 1024 * 1024),
  ].entries()) {
    const PartNumber = index + 1;
    const { ETag } = await client.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: piece }),
    );
    Parts.push({ PartNumber, ETag });
  }
  const MultipartUpload = { Parts };
  const { VersionId } = await client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }),
  );
  return VersionId ?? "";
}

/**
 * Reads all versions of a bucket. Returns their names by version ID or, if a version has no ID, by key. Fails if a
 * version is torn.
 */
async function readAll(client: S3Client, Bucket: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket, ...marker }),
    );
    for (const { Key = "", VersionId = "" } of page.Versions ?? []) {
      const { Body, Metadata = {} } = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      const bytes = await Body?.transformToByteArray();
      expect(
        createHash("sha256")
          .update(bytes ?? "")
          .digest("hex"),
      ).toBe(Metadata.sha256);
      names.set(VersionId === "null" ? Key : VersionId, Metadata.name ?? "");
    }
    if (!page.IsTruncated) return names;
    marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

/** Removes all versions of a bucket, so that the folder does not grow with each kill. */
async function removeAll(client: S3Client, Bucket: string): Promise<void> {
  const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  if (Objects.length === 0) return;
  const { Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Errors).toBeUndefined();
}

describe("a server that is killed in the middle of writes", () => {
  let dir: string;
  let server: ChildServer;
  const promised: Promised = { versions: new Map(), plain: new Map() };
  let kept = 0;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "quest-kill-"));
    server = await startChildServer(dir);
    const client = clientOf(server);
    for (const Bucket of [VERSIONED, PLAIN]) await client.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: "Enabled" as const };
    await client.send(new PutBucketVersioningCommand({ Bucket: VERSIONED, VersioningConfiguration }));
    client.destroy();
  });
  afterAll(async () => {
    await server.kill();
    rmSync(dir, { recursive: true });
  });

  test.each(Array.from({ length: KILLS }, (_, round) => round))(
    "has no torn object and no lost write after kill %i",
    async (round) => {
      const random = seeded(round + 1);
      const client = clientOf(server);
      const writing = write(client, random, round, promised);
      const wait = 20 + random() * 300;
      // On a busy machine, the first writes may take longer than `wait`.
      await expect.poll(() => promised.versions.size, { interval: 5 }).toBeGreaterThan(1);
      await sleep(wait);
      await server.kill();
      await writing;
      client.destroy();

      server = await startChildServer(dir);
      const reader = clientOf(server);
      const versions = await readAll(reader, VERSIONED);
      for (const [versionId, name] of promised.versions) expect(versions.get(versionId)).toBe(name);
      kept += promised.versions.size;
      promised.versions.clear();
      const plain = await readAll(reader, PLAIN);
      for (const [key, state] of promised.plain) {
        const found = plain.get(key) ?? "";
        expect([state.last, ...state.maybe]).toContain(found);
        Object.assign(state, { last: found, maybe: new Set() });
      }
      await removeAll(reader, VERSIONED);
      reader.destroy();
      expect(readdirSync(join(dir, "tmp"))).toEqual([]);
    },
  );

  test("kept something throughout", () => {
    expect(kept).toBeGreaterThan(KILLS);
  });
});

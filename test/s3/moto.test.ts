import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type S3Server, startS3Server } from "@data-quest/s3-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ObservedClient, observe, observedClient } from "./observe.ts";
import type { Memory } from "./scenario/step.ts";
import { scenario } from "./scenario.ts";
import { isInstalled, startMoto } from "./tools.ts";

/**
 * The steps for which moto responds differently than S3. Each entry has the status and the error code (if any) of
 * our server's response, and says how moto differs. The expected responses are based on S3's documentation and on
 * recordings of S3.
 */
const DEPARTURES: Record<string, [status: number, code: string, why: string]> = {
  "create bad name": [400, "InvalidBucketName", "moto accepts capitals in a bucket's name"],
  "list buckets": [200, "", "moto has the bucket with the bad name"],
  "put policy": [204, "", "S3 answers 204"],
  "get with overrides": [200, "", "moto ignores response-content-type and the like"],
  "put with wrong MD5": [400, "BadDigest", "moto does not check it"],
  "put with wrong CRC32": [400, "BadDigest", "moto does not check it"],
  "put with wrong SHA256": [400, "BadDigest", "moto does not check it"],
  attributes: [200, "", "moto's response cannot be read by client-s3"],
  "two tags alike": [400, "InvalidTag", "moto uses the last of them"],
  "head copy": [200, "", "moto counts a tag that was deleted"],
  "head copy with other metadata": [200, "", "moto counts a tag that was deleted"],
  "copy onto itself": [400, "InvalidRequest", "moto allows it"],
  'list v2 {"EncodingType":"url","Prefix":"odd"}': [200, "", "S3 writes a space as a plus sign"],
  'list v1 {"MaxKeys":2,"Delimiter":"/"}': [
    200,
    "",
    "moto returns a token as NextMarker, and too many entries",
  ],
  "delete quietly": [200, "", "moto is not quiet"],
  "tag old version": [200, "", "moto leaves out x-amz-version-id"],
  "get marker": [405, "MethodNotAllowed", "moto says NoSuchVersion"],
  "remove marker": [204, "", "moto leaves out x-amz-delete-marker"],
  "complete in wrong order": [400, "InvalidPartOrder", "moto checks the sizes first"],
  "complete with missing part": [400, "InvalidPart", "moto fails"],
  complete: [200, "", "moto leaves out the checksum, and returns a version ID even though versioning is off"],
  "get part": [206, "", "moto returns the whole object"],
  "part of no upload": [404, "NoSuchUpload", "moto fails"],
};

describe.skipIf(!isInstalled("moto_server", "--help"))("the local S3 compared with moto's server", () => {
  let dir: string;
  let ours: S3Server;
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let clients: [ObservedClient, ObservedClient];
  const memories: [Memory, Memory] = [new Map(), new Map()];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "quest-moto-"));
    [ours, moto] = await Promise.all([startS3Server({ dir }), startMoto()]);
    clients = [observedClient(ours.url), observedClient(moto.url)];
  });
  afterAll(async () => {
    for (const { client } of clients) client.destroy();
    await Promise.all([ours.close(), moto.stop()]);
    rmSync(dir, { recursive: true });
  });

  test.each(scenario)("$name", async ({ name, read, run }) => {
    const mine = await observe(clients[0], read, () => run(clients[0].client, memories[0]));
    const theirs = await observe(clients[1], read, () => run(clients[1].client, memories[1]));
    const [status, code] = DEPARTURES[name] ?? [];
    if (status === undefined) expect(mine).toEqual(theirs);
    else expect([mine.status, mine.code]).toEqual([status, code]);
  });
});

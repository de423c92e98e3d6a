import { createHash } from "node:crypto";
import { GetObjectCommand, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import * as errors from "@data-quest/core/errors.ts";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openWorld, type World } from "../mirror/world.ts";
import { beginSource, carryOut, event, type Source } from "./history.ts";

const long = process.env.QUEST_LONG !== undefined;
const HISTORIES = long ? 500 : 50;
const BEGIN = new Date("2026-03-02T14:00:00Z");

it(`after any of ${HISTORIES} histories of changes, faults, kills and rivals, a healthy run makes S3 the source`, {
  timeout: long ? 1_800_000 : 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 10 }), async (events) => {
      const source: Source = { now: BEGIN, current: new Map(), ever: new Map() };
      const world = await openWorld({ maxRemovedShare: 1, replica: { clock: () => source.now } });
      try {
        await beginSource(world, source);
        for (const one of events)
          for (const error of await carryOut(world, source, one))
            expect(Object.keys(errors)).toContain(error.name);

        source.now = new Date(source.now.getTime() + 600_000);
        await world.sync({}, "healthy");
        expect(await mirrored(world)).toEqual(published(source));
        await expectHonestVersions(world, source);
        expect(await world.openUploads()).toBe(0);
        world.replica.requests.length = 0;
        const actions = (await world.sync({}, "again")).map(({ action }) => action);
        expect(actions.filter((action) => action !== "unchanged")).toEqual([]);
      } finally {
        await world.close();
      }
    }),
    { numRuns: HISTORIES, seed: 20260903, endOnFailure: !long },
  );
});

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function published(source: Source): Record<string, string> {
  return Object.fromEntries(
    [...source.current]
      .map(([path, { body }]) => [`bls/pr/${path}`, sha256(body)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

async function mirrored(world: World): Promise<Record<string, string>> {
  const objects = [...(await world.objects())].map(
    ([key, text]) => [key, sha256(Buffer.from(text, "latin1"))] as const,
  );
  return Object.fromEntries(objects.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Every version was published under its name; none has the bytes of the one before, unless it was removed in between. */
async function expectHonestVersions(world: World, source: Source): Promise<void> {
  const { client, name: Bucket } = world.dependencies.bronze;
  const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  for (const key of new Set(Versions.map(({ Key = "" }) => Key))) {
    const ever = new Set(
      (source.ever.get(key.slice("bls/pr/".length)) ?? []).map(({ body }) => sha256(body)),
    );
    const hashes: string[] = [];
    for (const { VersionId } of Versions.filter(({ Key }) => Key === key)) {
      const object = await client.send(new GetObjectCommand({ Bucket, Key: key, VersionId }));
      hashes.push(sha256((await object.Body?.transformToByteArray()) ?? new Uint8Array()));
    }
    expect(
      hashes.filter((hash) => !ever.has(hash)),
      `${key} has bytes that were never published`,
    ).toEqual([]);
    const repeated = hashes.filter((hash, index) => hash === hashes[index - 1]).length;
    const removed = DeleteMarkers.filter(({ Key }) => Key === key).length;
    expect(repeated, `${key} has the same bytes again`).toBeLessThanOrEqual(removed);
  }
}

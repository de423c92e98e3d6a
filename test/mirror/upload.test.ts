import { setTimeout as sleep } from "node:timers/promises";
import { upload } from "@data-quest/core/mirror/upload.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytesOf, openWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** Uploads a body in the pieces given, and notes the sizes of the buffers that it took, and of each piece when it was taken. */
async function uploadPieces(pieces: Buffer[], contentLength: number | undefined) {
  const { bronze, buffers } = world.dependencies;
  const taken: number[] = [];
  const left: number[] = [];
  const written = await upload({
    bronze,
    buffers: {
      ...buffers,
      take: (bytes) => {
        taken.push(bytes);
        return buffers.take(bytes);
      },
    },
    key: "bls/pr/pr.txt",
    stored: undefined,
    contentType: undefined,
    contentLength,
    metadata: {},
    read: async (take) => {
      for (const piece of pieces) {
        await take(piece);
        left.push(piece.length);
      }
    },
    approve: async () => ({}),
  });
  return { taken, left, written };
}

describe("the memory of an upload", () => {
  it("is that of the body where its length is announced", async () => {
    expect((await uploadPieces([Buffer.from("a note")], 6)).taken).toEqual([6]);
  });

  it("is that of a part where the length is not announced", async () => {
    expect((await uploadPieces([Buffer.from("a note")], undefined)).taken).toEqual([8 * 1024 * 1024]);
  });

  it("is given for the last part of a large body as that needs it", async () => {
    const whole = bytesOf(17 * 1024 * 1024, 1);
    const { taken, written } = await uploadPieces([Buffer.from(whole)], whole.length);
    expect(taken.map((bytes) => bytes / 1024 / 1024)).toEqual([8, 8, 1]);
    expect((await world.body("bls/pr/pr.txt", written.versionId)).equals(whole)).toBe(true);
  });

  it("is freed piece by piece, but not where a piece shares its memory", async () => {
    const alone = Buffer.alloc(1000, "a");
    const shared = Buffer.alloc(1000, "b");
    const { buffer } = alone;
    const { left, written } = await uploadPieces(
      [alone, shared.subarray(0, 500), shared.subarray(500)],
      2000,
    );
    expect([buffer.byteLength, shared.buffer.byteLength]).toEqual([0, 1000]);
    // Who handed it over may still look at it.
    expect(left).toEqual([1000, 500, 500]);
    const body = await world.body("bls/pr/pr.txt", written.versionId);
    expect(body.toString()).toBe("a".repeat(1000) + "b".repeat(1000));
  });
});

describe("an upload that is begun twice, because the first answer was lost", () => {
  it("leaves none open", async () => {
    await world.publish("pr.large.txt", bytesOf(9 * 1024 * 1024, 1));
    let lost = 0;
    world.setS3Faults(({ operation }) =>
      operation === "CreateMultipartUpload" && lost++ === 0 ? { kind: "reset", when: "after" } : undefined,
    );
    expect(await world.sync()).toMatchObject([{ action: "created" }]);
    expect(lost).toBe(2);
    expect(await world.openUploads()).toBe(0);
  });
});

describe("an upload whose copies fail", () => {
  it("is aborted only when none is on its way any more", async () => {
    const PART = 8 * 1024 * 1024;
    const old = bytesOf(3 * PART + 10, 1);
    await world.publish("pr.large.txt", old);
    await world.sync({}, "first");
    const changed = Buffer.concat([old.subarray(0, 3 * PART), Buffer.from("0123456789")]);
    await world.publish("pr.large.txt", changed, new Date("2026-02-05T13:30:17Z"));
    let copying = 0;
    let atAbort: number | undefined;
    world.setS3Faults(async ({ operation }) => {
      if (operation === "AbortMultipartUpload") atAbort = copying;
      if (operation !== "UploadPartCopy") return undefined;
      if (copying++ === 0) return { kind: "error", code: "AccessDenied" };
      await sleep(100);
      copying--;
      return undefined;
    });
    const results = await world.syncItems(await world.discover(), "second");
    expect(results.get("pr.large.txt")).toMatchObject({ name: "StorageRefused" });
    // The refused one was counted and never left.
    expect(atAbort).toBe(1);
    expect(await world.openUploads()).toBe(0);
  });
});

import { upload } from "@data-quest/core/mirror/upload.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytesOf, openWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** Uploads a body in the pieces given, and notes the sizes of the buffers that it took. */
async function uploadPieces(pieces: Buffer[], contentLength: number | undefined) {
  const { bronze, buffers } = world.dependencies;
  const taken: number[] = [];
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
    chunks: (async function* () {
      yield* pieces;
    })(),
    approve: async () => ({}),
  });
  return { taken, written };
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
    const { written } = await uploadPieces([alone, shared.subarray(0, 500), shared.subarray(500)], 2000);
    expect([buffer.byteLength, shared.buffer.byteLength]).toEqual([0, 1000]);
    const body = await world.body("bls/pr/pr.txt", written.versionId);
    expect(body.toString()).toBe("a".repeat(1000) + "b".repeat(1000));
  });
});

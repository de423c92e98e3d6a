import { setTimeout as sleep } from "node:timers/promises";
import { upload } from "@data-quest/core/upload/upload";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bytesOf, type Harness, openHarness } from "./harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
});
afterEach(() => harness.close());

/**
 * Uploads a body in the given pieces. Records the size of each buffer that the upload took, and the size of each
 * piece right after the upload took it.
 */
async function uploadPieces(pieces: Buffer[], contentLength: number | undefined) {
  const { bronze, buffers } = harness.dependencies;
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
  test("is the size of the body if the length is announced", async () => {
    expect((await uploadPieces([Buffer.from("a note")], 6)).taken).toEqual([6]);
  });

  test("is the size of a part if the length is not announced", async () => {
    expect((await uploadPieces([Buffer.from("a note")], undefined)).taken).toEqual([8 * 1024 * 1024]);
  });

  test("for the last part of a large body is only what that part needs", async () => {
    const whole = bytesOf(17 * 1024 * 1024, 1);
    const { taken, written } = await uploadPieces([Buffer.from(whole)], whole.length);
    expect(taken.map((bytes) => bytes / 1024 / 1024)).toEqual([8, 8, 1]);
    expect((await harness.body("bls/pr/pr.txt", written.versionId)).equals(whole)).toBe(true);
  });

  test("is freed piece by piece, unless pieces share memory", async () => {
    const alone = Buffer.alloc(1000, "a");
    const shared = Buffer.alloc(1000, "b");
    const { buffer } = alone;
    const { left, written } = await uploadPieces(
      [alone, shared.subarray(0, 500), shared.subarray(500)],
      2000,
    );
    expect([buffer.byteLength, shared.buffer.byteLength]).toEqual([0, 1000]);
    // The caller can still read a piece right after the upload took it.
    expect(left).toEqual([1000, 500, 500]);
    const body = await harness.body("bls/pr/pr.txt", written.versionId);
    expect(body.toString()).toBe("a".repeat(1000) + "b".repeat(1000));
  });
});

describe("an upload that is started twice because the first response was lost", () => {
  test("leaves no upload open", async () => {
    await harness.publish("pr.large.txt", bytesOf(9 * 1024 * 1024, 1));
    let lost = 0;
    harness.setS3Faults(({ operation }) =>
      operation === "CreateMultipartUpload" && lost++ === 0 ? { kind: "reset", when: "after" } : undefined,
    );
    expect(await harness.sync()).toMatchObject([{ action: "created" }]);
    expect(lost).toBe(2);
    expect(await harness.openUploads()).toBe(0);
  });
});

describe("an upload in which the copy of a part fails", () => {
  test("is aborted only when no copy is still in transit", async () => {
    const PART = 8 * 1024 * 1024;
    const old = bytesOf(3 * PART + 10, 1);
    await harness.publish("pr.large.txt", old);
    await harness.sync({}, "first");
    const changed = Buffer.concat([old.subarray(0, 3 * PART), Buffer.from("0123456789")]);
    await harness.publish("pr.large.txt", changed, new Date("2026-02-05T13:30:17Z"));
    let copying = 0;
    let atAbort: number | undefined;
    harness.setS3Faults(async ({ operation }) => {
      if (operation === "AbortMultipartUpload") atAbort = copying;
      if (operation !== "UploadPartCopy") return undefined;
      if (copying++ === 0) return { kind: "error", code: "AccessDenied" };
      await sleep(100);
      copying--;
      return undefined;
    });
    const results = await harness.syncItems(await harness.discover(), "second");
    expect(results.get("pr.large.txt")).toMatchObject({ name: "StorageRefused" });
    // The refused copy remains in the count.
    expect(atAbort).toBe(1);
    expect(await harness.openUploads()).toBe(0);
  });
});

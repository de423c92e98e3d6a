import { randomBytes } from "node:crypto";
import { WriteConflict } from "@data-quest/core/errors";
import { headObject } from "@data-quest/core/storage/objects";
import { uploadStream } from "@data-quest/core/storage/upload-stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWarehouse, type Warehouse } from "./warehouse.ts";

const PART = 8 * 1024 * 1024;
const body = randomBytes(2 * PART + 12_345);
let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await openWarehouse();
});
afterAll(() => warehouse.close());

async function* chunks(length: number, fault?: Error) {
  for (let at = 0; at < length; at += 100_000) yield body.subarray(at, Math.min(length, at + 100_000));
  if (fault) throw fault;
}

const upload = (key: string, length: number, fault?: Error, precondition?: { etag: string } | "absent") =>
  uploadStream(warehouse.buckets.gold, key, chunks(length, fault), {
    contentType: "text/plain",
    metadata: { made: "here" },
    ...(precondition && { precondition }),
  });

test.each([0, 5, PART, PART + 1, body.length])("uploadStream stores %i bytes unchanged", async (length) => {
  await upload(`of-${length}`, length);
  const { bytes, metadata } = await warehouse.read("gold", `of-${length}`);
  expect(bytes.equals(body.subarray(0, length))).toBe(true);
  expect(metadata).toEqual({ made: "here" });
});

test.each([5, body.length])(
  "uploadStream leaves nothing behind if the stream fails after %i bytes",
  async (length) => {
    const fault = new Error("broken off");
    await expect(upload(`broken-${length}`, length, fault)).rejects.toBe(fault);
    expect(await warehouse.keys("gold")).not.toContain(`broken-${length}`);
    expect(await warehouse.openUploads()).toBe(0);
  },
);

test.each([5, body.length])("uploadStream writes %i bytes only if the precondition holds", async (length) => {
  const key = `conditional-${length}`;
  await upload(key, length, undefined, "absent");
  await expect(upload(key, length, undefined, "absent")).rejects.toBeInstanceOf(WriteConflict);
  const etag = (await headObject(warehouse.buckets.gold, key))?.etag ?? "";
  await upload(key, length - 1, undefined, { etag });
  await expect(upload(key, length, undefined, { etag })).rejects.toBeInstanceOf(WriteConflict);
  expect((await warehouse.read("gold", key)).bytes).toHaveLength(length - 1);
  expect(await warehouse.openUploads()).toBe(0);
});

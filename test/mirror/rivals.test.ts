import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { S3RequestRecord } from "@data-quest/s3-server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bytesOf, type Harness, openHarness } from "./harness.ts";

const LATER = new Date("2026-02-05T13:30:17Z");
const PART = 8 * 1024 * 1024;
const KEY = "bls/pr/pr.txt";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
});
afterEach(() => harness.close());

/** Makes `rival` act once, right before the first request of this operation on the file. */
function meanwhile(operation: string, rival: () => Promise<unknown>): void {
  let acted = false;
  harness.setS3Faults(async (record: S3RequestRecord) => {
    if (acted || record.operation !== operation || record.key !== KEY) return undefined;
    acted = true;
    await rival();
    return undefined;
  });
}

const versions = async () => (await harness.versions()).filter(({ key }) => key === KEY);

describe("a rival that writes while a file is in transit", () => {
  test.each([
    ["a small file", 1000, "PutObject"],
    ["a large file", PART + 1000, "CompleteMultipartUpload"],
  ])("and syncs the same file: %s is stored once", async (_, size, operation) => {
    await harness.publish("pr.txt", bytesOf(size, 1));
    meanwhile(operation, () => harness.sync({}, "rival"));
    expect(await harness.sync({}, "mine")).toMatchObject([{ action: "unchanged" }]);
    expect(await versions()).toHaveLength(1);
    expect(await harness.openUploads()).toBe(0);
  });

  test.each([
    ["a small file", 1000, "PutObject"],
    ["a large file", PART + 1000, "CompleteMultipartUpload"],
  ])("and is an operator: the operator's version of %s is kept", async (_, size, operation) => {
    await harness.publish("pr.txt", "first");
    await harness.sync({}, "first");
    await harness.publish("pr.txt", bytesOf(size, 1), LATER);
    meanwhile(operation, () => harness.putByOperator(KEY, "corrected"));
    expect(await harness.sync({}, "second")).toMatchObject([{ action: "held" }]);
    expect((await harness.body(KEY)).toString()).toBe("corrected");
    expect(await harness.openUploads()).toBe(0);
  });

  test("loses an unfinished upload when this run starts with the file, but not when this run starts over", async () => {
    await harness.publish("pr.txt", "first");
    await harness.sync({}, "first");
    await harness.publish("pr.txt", bytesOf(PART + 1000, 1), LATER);
    meanwhile("CompleteMultipartUpload", () => harness.putByOperator(KEY, "corrected"));
    harness.s3Requests.length = 0;
    await harness.sync({ acceptSource: [KEY] }, "second");
    // Uploads are listed once for the whole survey and once in the first attempt at the file. The second attempt,
    // after the conflict with the operator's version, does not list them.
    const looks = harness.s3Requests.filter(({ operation }) => operation === "ListMultipartUploads");
    expect(looks).toHaveLength(2);
    expect((await harness.body(KEY)).length).toBe(PART + 1000);
  });

  test("and creates the file: this run's write, which expects no object, is refused", async () => {
    await harness.publish("pr.txt", "the source's");
    meanwhile("PutObject", () => harness.putByOperator(KEY, "corrected"));
    // The rival acts only once, so its own PutObject does not make it act again.
    expect(await harness.sync({}, "first")).toMatchObject([{ action: "held" }]);
    expect((await harness.body(KEY)).toString()).toBe("corrected");
  });

  test("and removes the version to be replaced: the run notices, and starts over", async () => {
    await harness.publish("pr.txt", "first");
    await harness.sync({}, "first");
    const discovery = await harness.discover();
    await harness.publish("pr.txt", "other", LATER);
    const { client, name: Bucket } = harness.dependencies.bronze;
    const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
    meanwhile("PutObject", () => client.send(new DeleteObjectCommand({ Bucket, Key: KEY })));
    const items = discovery.items.map((item) => ({ ...item, modified: LATER.toISOString() }));
    const results = await harness.syncItems({ ...discovery, items }, "second");
    // After starting over, the run finds no version and creates one.
    expect(results.get("pr.txt")).toMatchObject({ action: "created" });
    expect((await versions()).map(({ marker }) => marker).sort()).toEqual([false, false, true]);
  });

  test("between an upload and its tags: the tags go to the version that they describe", async () => {
    const body = bytesOf(PART + 1000, 1);
    await harness.publish("pr.txt", body);
    meanwhile("PutObjectTagging", () => harness.putByOperator(KEY, "corrected"));
    const [result] = await harness.sync({}, "first");
    expect(result).toMatchObject({ action: "created", bytes: body.length });
    expect((await harness.body(KEY)).toString()).toBe("corrected");
    expect((await harness.body(KEY, result?.versionId ?? "")).equals(body)).toBe(true);
    // The operator's version has no such tags, so it is recognized as the operator's.
    expect(await harness.sync({}, "second")).toMatchObject([{ action: "held" }]);
  });

  test("while the file's removal is decided: the rival's version is not removed", async () => {
    await harness.publish("pr.txt", "first");
    await harness.publish("pr.class", "stays");
    await harness.sync({}, "first");
    await harness.unpublish("pr.txt");
    meanwhile("DeleteObject", () => harness.putByOperator(KEY, "corrected"));
    expect(await harness.sync({}, "second")).toContainEqual(
      expect.objectContaining({ key: KEY, action: "held" }),
    );
    expect((await harness.body(KEY)).toString()).toBe("corrected");
  });

  test("repeatedly: the step fails with WriteConflict, which is retried later", async () => {
    await harness.publish("pr.txt", "the source's");
    const { client, name: Bucket } = harness.dependencies.bronze;
    let writes = 0;
    harness.setS3Faults(async ({ operation, accessKeyId, bytesIn }) => {
      if (operation !== "PutObject" || accessKeyId !== "test" || bytesIn > 0 || writes % 2 === 1) {
        writes += operation === "PutObject" ? 1 : 0;
        return undefined;
      }
      writes++;
      await client.send(
        new PutObjectCommand({
          Bucket,
          Key: KEY,
          Body: `${writes}`,
          Metadata: { execution: `arn:${writes}` },
        }),
      );
      return undefined;
    });
    const results = await harness.syncItems(await harness.discover(), "first");
    expect(results.get("pr.txt")).toMatchObject({ name: "WriteConflict" });
    expect((await harness.body(KEY)).toString()).toMatch(/^\d+$/);
  });
});

describe("two concurrent runs", () => {
  test("store each file once, whichever run is first, both in an empty bucket and after changes", async () => {
    for (let n = 0; n < 6; n++) await harness.publish(`pr.${n}`, bytesOf(1000 + n, n));
    await harness.publish("pr.txt", bytesOf(PART + 1000, 1));
    const both = () => Promise.all([harness.sync({}, "a"), harness.sync({}, "b")]);
    await both();
    expect(await harness.versions()).toHaveLength(7);
    for (let n = 0; n < 3; n++) await harness.publish(`pr.${n}`, bytesOf(2000 + n, n), LATER);
    await harness.publish("pr.txt", bytesOf(PART + 2000, 2), LATER);
    await harness.unpublish("pr.5");
    await both();
    expect(await harness.versions()).toHaveLength(7 + 3 + 1 + 1);
    expect((await harness.body(KEY)).equals(bytesOf(PART + 2000, 2))).toBe(true);
    expect(await harness.openUploads()).toBe(0);
  });
});

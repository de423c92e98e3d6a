import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { serveForTests, type TestServer } from "../test-server.test-support.ts";
import { closeStore, nextId, openStore } from "./store.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "quest-store-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("ids", () => {
  test("increase even if the clock is behind the last ID", () => {
    const store = openStore(dir);
    const ids = Array.from({ length: 3000 }, () => nextId(store));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    store.lastId = Date.now() * 1024 + 10 ** 9;
    const ahead = nextId(store);
    expect(nextId(store) > ahead).toBe(true);
    closeStore(store);
  });
});

describe("a store", () => {
  const Bucket = "reopened";
  let problems: string[];
  let server: TestServer;
  let folder: string;

  beforeEach(async () => {
    problems = [];
    server = await serveForTests({ onProblem: (problem) => problems.push(problem) });
    await server.bucket(Bucket, "Enabled");
    folder = join(server.dir, "buckets", Bucket);
  });
  afterEach(() => server.close());

  async function put(Key: string, Body: string): Promise<string> {
    const { VersionId } = await server.client.send(new PutObjectCommand({ Bucket, Key, Body }));
    return VersionId ?? "";
  }

  async function get(Key: string, VersionId?: string): Promise<string | undefined> {
    const { Body } = await server.client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return Body?.transformToString();
  }

  test("finds the versions in order after a restart", async () => {
    const ids = [await put("k", "1"), await put("k", "2"), await put("k", "3")];
    await server.restart();
    const { Versions } = await server.client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(ids.reverse());
    const four = await put("k", "4");
    expect(await get("k")).toBe("4");
    expect(await get("k", four)).toBe("4");
  });

  test("removes what a killed process left: drafts, bodies without a record, parts without an upload, an incomplete bucket", async () => {
    await put("k", "kept");
    const { UploadId } = await server.client.send(new CreateMultipartUploadCommand({ Bucket, Key: "open" }));
    await server.client.send(
      new UploadPartCommand({ Bucket, Key: "open", UploadId, PartNumber: 1, Body: "part" }),
    );
    const [part = ""] = readdirSync(join(folder, "parts"));
    const orphan = JSON.parse(readFileSync(join(folder, "parts", part), "utf8"));
    writeFileSync(
      join(folder, "parts", "00000000000001.json"),
      JSON.stringify({ ...orphan, id: "00000000000001", uploadId: "gone" }),
    );
    writeFileSync(join(server.dir, "tmp", "draft"), "half an object");
    writeFileSync(join(folder, "bodies", "00000000000001"), "a body whose record was not written");
    mkdirSync(join(server.dir, "buckets", "half", "versions"), { recursive: true });
    const before = [readdirSync(join(folder, "bodies")).length, readdirSync(join(folder, "parts")).length];
    await server.restart();
    expect(before).toEqual([3, 2]);
    expect(readdirSync(join(folder, "bodies"))).toHaveLength(2);
    expect(readdirSync(join(folder, "parts"))).toHaveLength(1);
    expect(readdirSync(join(server.dir, "tmp"))).toEqual([]);
    expect(readdirSync(join(server.dir, "buckets"))).toEqual([Bucket]);
    expect(await get("k")).toBe("kept");
    const { Uploads } = await server.client.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads?.map((upload) => upload.UploadId)).toEqual([UploadId]);
  });

  test("keeps the later of two null versions", async () => {
    await server.bucket("plain");
    const records = join(server.dir, "buckets", "plain", "versions");
    const kept = join(dir, "kept.json");
    await server.client.send(new PutObjectCommand({ Bucket: "plain", Key: "k", Body: "old" }));
    const [old = ""] = readdirSync(records);
    copyFileSync(join(records, old), kept);
    await server.client.send(new PutObjectCommand({ Bucket: "plain", Key: "k", Body: "new" }));
    copyFileSync(kept, join(records, old));
    await server.restart();
    expect(readdirSync(records)).toHaveLength(1);
    const { Body } = await server.client.send(new GetObjectCommand({ Bucket: "plain", Key: "k" }));
    expect(await Body?.transformToString()).toBe("new");
  });

  test.each([
    ["cut off", (record: Buffer) => record.subarray(0, 50), "it is not a record of the S3 server"],
    ["emptied", () => "", "it is empty"],
  ])(
    "sets aside and reports a record that was %s, and keeps its body and everything else",
    async (_what, damage, why) => {
      await put("k", "x");
      const [name = ""] = readdirSync(join(folder, "versions"));
      const path = join(folder, "versions", name);
      const record = readFileSync(path);
      await put("other", "y");
      writeFileSync(path, damage(record));
      problems.length = 0;
      // Before the second restart, the record has already been set aside.
      for (let times = 0; times < 2; times++) await server.restart();
      const place = join(server.dir, "damaged", "buckets", Bucket, "versions", name);
      expect(problems).toEqual([
        `${path} is damaged: ${why}. It is set aside as ${place}; everything else works`,
      ]);
      expect(await get("other")).toBe("y");
      await expect(get("k")).rejects.toMatchObject({ name: "NoSuchKey" });
      writeFileSync(path, record);
      await server.restart();
      expect(await get("k")).toBe("x");
    },
  );

  test.each([
    ["cut off", (file: string) => writeFileSync(file, "sto"), "has 3 bytes instead of 6"],
    ["removed", (file: string) => rmSync(file), "is missing"],
  ])(
    "refuses to read an object whose body was %s, and sets the object aside at the next start",
    async (_what, damage, why) => {
      await put("k", "before");
      const versionId = await put("k", "stored");
      const body = readdirSync(join(folder, "bodies"))
        .map((name) => join(folder, "bodies", name))
        .find((path) => readFileSync(path, "utf8") === "stored");
      damage(body ?? "");
      problems.length = 0;
      let attempts = 0;
      server.client.middlewareStack.add(
        (next) => (args) => {
          attempts++;
          return next(args);
        },
        { step: "finalizeRequest", priority: "low" },
      );
      const refusal = {
        name: "DamagedObject",
        message: expect.stringContaining(`The version ${versionId} of k is damaged: ${body} ${why}. `),
      };
      await expect(get("k")).rejects.toMatchObject(refusal);
      expect(attempts).toBe(1);
      const copy = new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/k` });
      await expect(server.client.send(copy)).rejects.toMatchObject(refusal);
      for (let times = 0; times < 2; times++) await server.restart();
      expect(problems).toEqual([
        expect.stringContaining(
          `The version ${versionId} of k in the bucket ${Bucket} is damaged: ${body} ${why}. Its record is set aside as `,
        ),
      ]);
      expect(await get("k")).toBe("before");
    },
  );

  test.each([
    ["emptied", (file: string) => writeFileSync(file, "")],
    ["removed", (file: string) => rmSync(file)],
  ])(
    "rebuilds a settings file that was %s, and keeps the objects and the versioning of the bucket",
    async (_what, damage) => {
      const { VersionId } = await server.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
      damage(join(folder, "bucket.json"));
      problems.length = 0;
      await server.restart();
      expect(problems.at(-1)).toBe(
        `The settings of the bucket ${Bucket} were lost: its objects were kept, with versioning Enabled`,
      );
      expect(await get("k")).toBe("x");
      expect((await server.client.send(new PutObjectCommand({ Bucket, Key: "k" }))).VersionId).not.toBe(
        VersionId,
      );
      problems.length = 0;
      await server.restart();
      expect(problems).toEqual([]);
    },
  );

  test("keeps the bodies of an object that is being read, even if the version is removed", async () => {
    const Key = "k";
    const { UploadId } = await server.client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts = [];
    // The first body is larger than the buffers between the disk and a client that does not read.
    const bodies = [Buffer.alloc(32 * 1024 * 1024, "read me"), Buffer.from("and me")];
    for (const [index, Body] of bodies.entries()) {
      const PartNumber = index + 1;
      const { ETag } = await server.client.send(
        new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
      );
      Parts.push({ PartNumber, ETag });
    }
    const MultipartUpload = { Parts };
    const complete = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload });
    const { VersionId } = await server.client.send(complete);
    const { Body } = await server.client.send(new GetObjectCommand({ Bucket, Key }));
    await server.client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat(bodies))).toBe(true);
    await expect.poll(() => readdirSync(join(folder, "bodies"))).toEqual([]);
  });
});

describe("a store on a failing disk", () => {
  const Bucket = "damaged";
  let server: TestServer;
  let folder: string;

  beforeEach(async () => {
    server = await serveForTests();
    await server.bucket(Bucket);
    folder = join(server.dir, "buckets", Bucket);
  });
  afterEach(() => server.close());

  async function get(): Promise<string | undefined> {
    const { Body } = await server.client.send(new GetObjectCommand({ Bucket, Key: "k" }));
    return Body?.transformToString();
  }

  /** Puts a folder in a file's place, so that the file cannot be removed. */
  function blockFirstFile(of: string): void {
    const [name = ""] = readdirSync(join(folder, of));
    rmSync(join(folder, of, name));
    mkdirSync(join(folder, of, name));
  }

  test.each(["bodies", "versions"])("leaves no body or record if writes to %s fail", async (name) => {
    rmSync(join(folder, name), { recursive: true });
    const put = new PutObjectCommand({ Bucket, Key: "k", Body: "x" });
    await expect(server.client.send(put)).rejects.toMatchObject({ name: "InternalError" });
    mkdirSync(join(folder, name));
    const left = [join(folder, "bodies"), join(folder, "versions"), join(server.dir, "tmp")].flatMap((path) =>
      readdirSync(path),
    );
    expect(left).toEqual([]);
  });

  test("keeps the new object if the old one cannot be removed", async () => {
    await server.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "old" }));
    blockFirstFile("bodies");
    const put = new PutObjectCommand({ Bucket, Key: "k", Body: "new" });
    await expect(server.client.send(put)).rejects.toMatchObject({ name: "InternalError" });
    expect(await get()).toBe("new");
  });

  test("keeps the new part if the old one cannot be removed", async () => {
    const upload = { Bucket, Key: "k" };
    const { UploadId } = await server.client.send(new CreateMultipartUploadCommand(upload));
    const part = { ...upload, UploadId, PartNumber: 1 };
    await server.client.send(new UploadPartCommand({ ...part, Body: "old" }));
    blockFirstFile("parts");
    const again = new UploadPartCommand({ ...part, Body: "new" });
    await expect(server.client.send(again)).rejects.toMatchObject({ name: "InternalError" });
    const ETag = createHash("md5").update("new").digest("hex");
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    const complete = new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload });
    await server.client.send(complete);
    expect(await get()).toBe("new");
  });
});

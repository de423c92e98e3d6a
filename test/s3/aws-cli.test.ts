import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ListObjectVersionsOutput } from "@aws-sdk/client-s3";
import { type S3Server, startS3Server } from "@data-quest/s3-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isInstalled, PLACEHOLDERS, runTool, writeFiles } from "./tools.ts";

/** Above the CLI's threshold of 8 MiB, so it is uploaded in parts and downloaded in ranges. */
const LARGE = Buffer.alloc(17 * 1024 * 1024, "a large file, in parts\n");
const FILES: Record<string, string | Buffer> = {
  "pr/pr.class": "class_code\tclass_text\r\n",
  "pr/pr.data.0.Current": "series_id\tyear\tperiod\tvalue\r\n",
  "pr/sub/odd name+&%.txt": "odd",
  "pr/empty": "",
  large: LARGE,
};

describe.skipIf(!isInstalled("aws", "--version"))("the AWS CLI", () => {
  let dir: string;
  let server: S3Server;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "quest-cli-"));
    server = await startS3Server({ dir: join(dir, "s3") });
    writeFiles(join(dir, "up"), FILES);
  });
  afterAll(async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  });

  function aws(...args: string[]): Promise<string> {
    return runTool("aws", args, { ...PLACEHOLDERS, AWS_ENDPOINT_URL_S3: server.url });
  }

  test("creates a bucket, uploads a folder with sync, and has nothing to do the second time", async () => {
    await aws("s3", "mb", "s3://bronze");
    await aws(
      "s3api",
      "put-bucket-versioning",
      "--bucket",
      "bronze",
      "--versioning-configuration",
      "Status=Enabled",
    );
    const first = await aws("s3", "sync", "--no-progress", join(dir, "up"), "s3://bronze/");
    expect(first.match(/^upload:/gm)).toHaveLength(Object.keys(FILES).length);
    expect(await aws("s3", "sync", "--no-progress", join(dir, "up"), "s3://bronze/")).toBe("");
  });

  test("downloads the folder again with sync, byte for byte", async () => {
    await aws("s3", "sync", "--no-progress", "s3://bronze", join(dir, "down"));
    const names = readdirSync(join(dir, "down"), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(names).toHaveLength(Object.keys(FILES).length);
    for (const [name, content] of Object.entries(FILES)) {
      expect(readFileSync(join(dir, "down", name)).equals(Buffer.from(content))).toBe(true);
    }
  });

  test("lists, moves, and removes", async () => {
    const listed = await aws("s3", "ls", "--recursive", "s3://bronze");
    const sizes = listed
      .trim()
      .split("\n")
      .map((line) => line.slice("2026-01-01 00:00:00 ".length).trim());
    const expected = Object.entries(FILES).map(([name, content]) => `${Buffer.byteLength(content)} ${name}`);
    expect(sizes.sort()).toEqual(expected.sort());
    await aws("s3", "mv", "--no-progress", "s3://bronze/large", "s3://bronze/moved");
    await aws("s3", "rm", "--recursive", "s3://bronze/pr/");
  });

  test("reads and writes through s3api", async () => {
    const versions: ListObjectVersionsOutput = JSON.parse(
      await aws("s3api", "list-object-versions", "--bucket", "bronze"),
    );
    expect(versions.DeleteMarkers).toHaveLength(Object.keys(FILES).length);
    const latest = versions.Versions?.filter(({ IsLatest }) => IsLatest);
    expect(latest).toMatchObject([{ Key: "moved", Size: LARGE.length }]);
    const large = versions.Versions?.find(({ Key }) => Key === "large");
    expect(large?.ETag).toMatch(/-3"$/);
    const target = join(dir, "large");
    const which = ["--bucket", "bronze", "--key", "large", "--version-id", large?.VersionId ?? ""];
    await aws("s3api", "get-object", ...which, target);
    const sha256 = createHash("sha256").update(readFileSync(target)).digest("hex");
    expect(sha256).toBe(createHash("sha256").update(LARGE).digest("hex"));
    const tagging = `TagSet=[{Key=sha256,Value=${sha256}}]`;
    await aws("s3api", "put-object-tagging", ...which, "--tagging", tagging);
    const head = JSON.parse(await aws("s3api", "head-object", ...which, "--checksum-mode", "ENABLED"));
    expect(head).toMatchObject({ ContentLength: LARGE.length, VersionId: large?.VersionId, TagCount: 1 });
    const put = ["s3api", "put-object", "--bucket", "bronze", "--key", "moved", "--if-none-match", "*"];
    await expect(aws(...put, "--body", target)).rejects.toThrow("PreconditionFailed");
  });
});

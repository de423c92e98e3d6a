import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type S3Server, startS3Server } from "@data-quest/s3-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isInstalled, PLACEHOLDERS, runTool, writeFiles } from "./tools.ts";

const FILES: Record<string, string | Buffer> = {
  "pr/pr.class": "class",
  "pr/odd name+&%'.txt": "odd",
  "pr/ümlaut": "u",
  large: Buffer.alloc(11 * 1024 * 1024, "in parts"),
};

describe.skipIf(!isInstalled("rclone", "version"))("rclone", () => {
  let dir: string;
  let server: S3Server;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "quest-rclone-"));
    server = await startS3Server({ dir: join(dir, "s3") });
    writeFiles(join(dir, "up"), FILES);
  });
  afterAll(async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  });

  function rclone(...args: string[]): Promise<string> {
    return runTool("rclone", args, {
      ...PLACEHOLDERS,
      RCLONE_CONFIG: "/dev/null",
      RCLONE_CONFIG_QUEST_TYPE: "s3",
      RCLONE_CONFIG_QUEST_PROVIDER: "Other",
      RCLONE_CONFIG_QUEST_ENV_AUTH: "true",
      RCLONE_CONFIG_QUEST_REGION: "us-east-1",
      RCLONE_CONFIG_QUEST_ENDPOINT: server.url,
      RCLONE_CONFIG_QUEST_UPLOAD_CUTOFF: "5M",
      RCLONE_CONFIG_QUEST_CHUNK_SIZE: "5M",
    });
  }

  test("uploads a folder, finds the uploaded copy equal, and lists it", async () => {
    await rclone("mkdir", "quest:bronze");
    await rclone("copy", join(dir, "up"), "quest:bronze");
    await rclone("check", "--download", join(dir, "up"), "quest:bronze");
    const listed: { Path: string; Size: number }[] = JSON.parse(
      await rclone("lsjson", "-R", "--files-only", "quest:bronze"),
    );
    const sizes = Object.fromEntries(listed.map(({ Path, Size }) => [Path, Size]));
    expect(sizes).toEqual(
      Object.fromEntries(Object.entries(FILES).map(([name, content]) => [name, Buffer.byteLength(content)])),
    );
  });

  test("moves and removes", async () => {
    await rclone("moveto", "quest:bronze/large", "quest:bronze/moved/large");
    await rclone("purge", "quest:bronze/pr");
    expect(await rclone("lsf", "-R", "--files-only", "quest:bronze")).toBe("moved/large\n");
    await rclone("purge", "quest:bronze");
    expect(await rclone("lsf", "quest:")).toBe("");
  });
});

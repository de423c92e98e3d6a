/** The files of a report on this machine. */
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from "@data-quest/state-directory/private-files";
import type { Target } from "./target.ts";

/** Copies an execution's report from S3, so that it can be opened. Returns the folder. */
export async function copyReport(
  target: Target,
  bucket: string,
  keys: readonly string[],
  reportDir: string,
): Promise<string> {
  let dir = reportDir;
  for (const key of keys) {
    const parts = key.split("/");
    dir = join(reportDir, ...parts.slice(1, -1));
    mkdirSync(dir, { recursive: true, mode: PRIVATE_DIRECTORY });
    const object = await target.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const content = (await object.Body?.transformToByteArray()) ?? "";
    await writeFile(join(dir, parts.at(-1) ?? key), content, { mode: PRIVATE_FILE });
  }
  return dir;
}

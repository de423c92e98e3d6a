/**
 * The compressed log of an execution that has ended: `events.jsonl.gz` replaces `events.jsonl`. Histories are
 * repetitive, so a compressed log takes about a tenth of the space. A redrive expands the log again before it
 * appends events.
 *
 * At every moment, at least one of the two files is complete. If both exist, a process was killed between two
 * steps, and both have the same content.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGunzip, createGzip, gunzip } from "node:zlib";
import { PRIVATE_FILE } from "@data-quest/state-directory/private-files";
import { Damaged, syncDirectory } from "./json-file.ts";

const expandAll = promisify(gunzip);

/**
 * Above this size, a log is not compressed, so that one page of a long history can be read without expanding
 * the whole log.
 */
const LARGEST_BYTES = 4 * 1024 * 1024;

/** The name of a log's compressed file. */
export function compressedName(log: string): string {
  return `${log}.gz`;
}

/**
 * Compresses a complete log, unless it is large. If this fails, for example because the disk is full, the
 * log is left unchanged.
 */
export async function compressLog(log: string): Promise<void> {
  if ((await sizeOf(log)) > LARGEST_BYTES) return;
  const draft = `${compressedName(log)}.new`;
  try {
    await pipeline(createReadStream(log), createGzip(), createWriteStream(draft, { mode: PRIVATE_FILE }));
    await replace(log, draft, compressedName(log));
  } catch {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Expands a compressed log, so that events can be appended. Throws Damaged if it cannot be expanded. */
export async function expandLog(log: string): Promise<void> {
  if ((await sizeOf(log)) > 0 || (await sizeOf(compressedName(log))) === 0) return;
  const draft = `${log}.new`;
  const target = createWriteStream(draft, { mode: PRIVATE_FILE });
  await pipeline(createReadStream(compressedName(log)), createGunzip(), target).catch(
    async (error: unknown) => {
      await rm(draft, { force: true });
      throw cannotExpand(log, error);
    },
  );
  await replace(compressedName(log), draft, log);
}

/**
 * The expanded content of a compressed log, or undefined if there is no compressed file. Throws Damaged if it
 * cannot be expanded.
 */
export async function readCompressed(log: string): Promise<Buffer | undefined> {
  if ((await sizeOf(compressedName(log))) === 0) return undefined;
  try {
    return await expandAll(await readFile(compressedName(log)));
  } catch (error) {
    throw cannotExpand(log, error);
  }
}

function cannotExpand(log: string, cause: unknown): Damaged {
  return new Damaged(`${compressedName(log)} is damaged: it is cut off, or was changed`, { cause });
}

/** Makes a draft durable under its final name, and only then removes the file that it replaces. */
async function replace(old: string, draft: string, name: string): Promise<void> {
  const handle = await open(draft, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, name);
  await syncDirectory(dirname(name));
  await rm(old, { force: true });
}

/** The size of a file in bytes; 0 if it is missing. */
export async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
    throw error;
  }
}

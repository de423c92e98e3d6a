/** Replaces files that other processes may read or replace at the same time. */
import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { PRIVATE_FILE } from "./private-files.ts";

/**
 * Replaces a file, or creates it, in one step. `write` receives the path of a draft in the same directory, and must
 * create it. Readers see either the old file or the whole new file. If several processes replace the file at
 * once, one of their files remains. On failure, the draft is removed, and the old file stays.
 */
export async function replaceFile(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = draftOf(path);
  try {
    await write(draft);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Replaces a small file with `text` in the same way. Only the file's owner can read it. */
export function replacePrivateText(path: string, text: string): void {
  const draft = draftOf(path);
  try {
    writeFileSync(draft, text, { mode: PRIVATE_FILE });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Each writer has a separate draft, because drafts with the same name would mix their contents. */
function draftOf(path: string): string {
  return `${path}.${randomUUID()}`;
}

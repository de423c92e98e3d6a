import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a whole file so that, whatever happens, either the old one or the new one is there: synced, then renamed. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncDirectory(dirname(file));
}

/** Brings a directory's entries to the disk: without it a new name could be lost with the power. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

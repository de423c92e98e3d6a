import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { PRIVATE_FILE } from "@data-quest/state-directory/private-files";
import * as z from "zod";

/** The error for a file that is missing, or that was emptied, truncated, or changed by another program. */
export class Damaged extends Error {
  override readonly name = "Damaged";
}

/** Reads a JSON file and checks it with a schema. Throws Damaged, with the file's path, if it does not match. */
export async function readJsonFile<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(file, "utf8");
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new Damaged(`${file} is damaged: ${damageOf(text, error)}`, { cause: error });
  }
}

/** Describes what is wrong with a file's text, for an operator. */
function damageOf(text: string, error: unknown): string {
  if (text.trim() === "") return "it is empty";
  if (!(error instanceof z.ZodError)) return "it is not JSON, or is cut off";
  const field = error.issues[0]?.path.join(".") ?? "";
  return field === "" ? "it is not a JSON object" : `its field ${field} is missing or not valid`;
}

/** Writes a value as JSON atomically: to a new file, which is synced and then renamed. */
export async function writeJsonFile(file: string, value: object): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, "w", PRIVATE_FILE);
  try {
    await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncDirectory(dirname(file));
}

/** Syncs a directory's entries to disk. Otherwise, a new name could be lost in a power failure. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes the bundled sample: a small source in the exact format of the BLS surveys `pr` and `cu`, with made-up observations. */
import { join } from "node:path";
import { publishFile } from "../publish.ts";
import { consumerPriceFiles } from "./consumer-prices.ts";
import { productivityFiles } from "./productivity.ts";

/** The sample's last release, 8:30 AM in Washington. The contact files are older, as they are at BLS. */
const RELEASED = new Date("2025-03-06T13:30:00Z");
const CONTACTS_CHANGED = new Date("2022-09-13T20:52:00Z");

/** Writes the sample's files to `dir`/pr and `dir`/cu, with fixed modification times. The bytes are always the same. */
export async function writeSample(dir: string): Promise<void> {
  for (const [name, text] of sampleFiles()) {
    const [survey = ""] = name.split(".");
    const modified = name.endsWith(".contacts") ? CONTACTS_CHANGED : RELEASED;
    await publishFile(join(dir, survey, name), text, modified);
  }
}

/** The sample's files: name -> text. */
export function sampleFiles(): Map<string, string> {
  return new Map([...productivityFiles(), ...consumerPriceFiles()]);
}

/** A browser out of npm packages alone: neither the machine's libraries nor its fonts matter. */
import { fileURLToPath } from "node:url";
import chromium, { inflate } from "@sparticuz/chromium";
import { type Browser, chromium as browserType } from "playwright-core";

/** Starts the browser. The first time on a machine its files are unpacked, which takes some seconds. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  const archive = new URL("../bin/al2023.tar.br", import.meta.resolve("@sparticuz/chromium"));
  const libraries = await inflate(fileURLToPath(archive));
  return browserType.launch({
    executablePath,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: `${libraries}/lib`,
      FONTCONFIG_PATH: executablePath.replace(/chromium$/, "fonts"),
    },
  });
}

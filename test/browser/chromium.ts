/** A browser from npm packages only, independent of the machine's libraries and fonts. */
import { fileURLToPath } from "node:url";
import chromium, { inflate } from "@sparticuz/chromium";
import { type Browser, chromium as browserType } from "playwright-core";

/**
 * Starts the browser, with additional command-line arguments. On its first start on a machine, unpacking
 * takes a few seconds.
 */
export async function launchChromium(args: string[] = []): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  const archive = new URL("../bin/al2023.tar.br", import.meta.resolve("@sparticuz/chromium"));
  const libraries = await inflate(fileURLToPath(archive));
  return browserType.launch({
    executablePath,
    args,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: `${libraries}/lib`,
      FONTCONFIG_PATH: executablePath.replace(/chromium$/, "fonts"),
    },
  });
}

/** A browser from npm packages only, independent of the machine's libraries and fonts. */
import { createRequire } from "node:module";
import { join } from "node:path";
import chromium, { inflate } from "@sparticuz/chromium";
import { type Browser, chromium as browserType } from "playwright-core";

/**
 * Unpacks the browser into the temporary folder if it is not there, which takes a few seconds. Two processes that
 * unpack it at the same time interfere with each other, so `unpack-chromium.ts` calls this before any test starts.
 */
export async function unpackChromium(): Promise<{ executablePath: string; libraries: string }> {
  const executablePath = await chromium.executablePath();
  const main = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  return { executablePath, libraries: await inflate(join(main, "../../bin/al2023.tar.br")) };
}

/** Starts the browser, with additional command-line arguments. */
export async function launchChromium(args: string[] = []): Promise<Browser> {
  const { executablePath, libraries } = await unpackChromium();
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

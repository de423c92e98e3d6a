/** Visits a report's page in a browser, and fails if the page causes messages, errors, or requests. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { renderPage } from "@data-quest/core/report/page/page";
import type { Report } from "@data-quest/core/report/report";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export type Look = Pick<BrowserContextOptions, "colorScheme" | "javaScriptEnabled"> & {
  width?: number;
  print?: boolean;
};

/**
 * Opens the page of a report from a file and passes it to `test`. Throws if the page requested anything but
 * itself, wrote to the console (as a browser does for everything that the page's policy refuses), failed, or
 * opened a dialog.
 */
export async function visit(
  browser: Browser,
  report: Report,
  { width = 1200, print = false, ...look }: Look,
  test: (page: Page) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "data-quest-page-"));
  const file = join(dir, "index.html");
  const address = pathToFileURL(file).href;
  const faults: string[] = [];
  const page = await browser.newPage({ viewport: { width, height: 900 }, ...look });
  page.on("console", (message) => faults.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("dialog", (dialog) => faults.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (request.url() !== address) faults.push(`request: ${request.url()}`);
  });
  try {
    writeFileSync(file, await renderPage(report));
    if (print) await page.emulateMedia({ media: "print" });
    await page.goto(address);
    await test(page);
    if (faults.length > 0) throw new Error(faults.join("\n"));
  } finally {
    await page.close();
    rmSync(dir, { recursive: true });
  }
}

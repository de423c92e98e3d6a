/** A browser page that is signed in to a console, and fails its test if the page reports an error. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

export type ConsoleVisit = BrowserContextOptions & {
  /** Expected messages of the page, such as failed requests to a server that was stopped. */
  allowed?: RegExp;
};

/** Opens `link`, runs `use`, and throws if the page logged an error or sent a request to another origin. */
export async function visitConsole(
  browser: Browser,
  link: string,
  { allowed = /^$/, ...options }: ConsoleVisit,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const faults: string[] = [];
  try {
    const page = await context.newPage();
    const origin = new URL(link).origin;
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !/^(data|blob|file):/.test(url))
        faults.push(`a request to ${url}`);
    });
    await page.goto(link);
    await page.waitForURL(({ pathname }) => pathname !== "/sign-in");
    await use(page);
  } finally {
    await context.close();
  }
  expect(faults.filter((fault) => !allowed.test(fault))).toEqual([]);
}

/** The violations that axe finds on the page: for each, its rule and elements. Frames are not checked. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate<string[]>(
    "axe.run({ iframes: false }).then((found) => found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)].join(' ')))",
  );
}

/** The width of the page: if it exceeds the window, the page scrolls sideways. */
export function pageWidth(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth");
}

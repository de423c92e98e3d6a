/** Finds Explore from the console, as a user does. */
import type { Browser } from "playwright-core";
import type { ConsoleBench } from "./console.test-support.ts";
import { visitConsole } from "./console-page.ts";

/** The console's link to Explore, which signs the browser in. */
export async function exploreLink(browser: Browser, bench: ConsoleBench): Promise<string> {
  let link = "";
  await visitConsole(browser, bench.console.link(), {}, async (page) => {
    await page.getByRole("link", { name: "Reports" }).click();
    link = (await page.getByRole("link", { name: "Explore" }).first().getAttribute("href")) ?? "";
  });
  return link;
}

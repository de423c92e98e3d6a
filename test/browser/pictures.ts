/**
 * Takes the screenshots of the report that the README shows: `node test/browser/pictures.ts <index.html>`
 * writes them to docs/.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launchChromium } from "./chromium.ts";

const PICTURES = [
  { name: "report.png", colorScheme: "light", width: 1160, height: 1280, section: "" },
  { name: "report-dark.png", colorScheme: "dark", width: 1160, height: 1280, section: "" },
  { name: "report-revisions.png", colorScheme: "light", width: 1160, height: 1160, section: "#revisions" },
  { name: "report-phone.png", colorScheme: "dark", width: 390, height: 1140, section: "" },
] as const;

const [file] = process.argv.slice(2);
if (file === undefined)
  throw new Error("Specify the page: node test/browser/pictures.ts .quest/reports/pr/<execution>/index.html");
const docs = fileURLToPath(new URL("../../docs", import.meta.url));
mkdirSync(docs, { recursive: true });
const browser = await launchChromium();
for (const { name, colorScheme, width, height, section } of PICTURES) {
  const page = await browser.newPage({ colorScheme, reducedMotion: "reduce", viewport: { width, height } });
  await page.goto(`${pathToFileURL(resolve(file)).href}${section}`);
  await page.screenshot({ path: join(docs, name) });
  await page.close();
}
await browser.close();

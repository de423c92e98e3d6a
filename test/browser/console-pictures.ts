/** Takes the screenshots of the console and of Explore in docs/: `node test/browser/console-pictures.ts`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RedriveExecutionCommand } from "@aws-sdk/client-sfn";
import { startReplica, writeSample } from "@data-quest/bls-replica";
import type { Page } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { consoleLink, deployment, startConsoleBench } from "./console.test-support.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const source = mkdtempSync(join(tmpdir(), "quest-pictures-"));
await writeSample(source);
const replica = await startReplica({
  dir: source,
  latencyMs: 120,
  faults: [
    { match: /pr\.class$/, times: 2, fault: { kind: "status", status: 503 } },
    { match: "population", times: 1, fault: { kind: "status", status: 403 } },
  ],
});
const bench = await startConsoleBench({
  deployment: { ...deployment, source: replica.timeSeries, populationSource: replica.population },
  random: () => 0.1,
});
const browser = await launchChromium();

async function picture(
  name: string,
  link: string,
  size: { width: number; height: number; colorScheme?: "light" | "dark" },
  act: (page: Page) => Promise<void> = async () => undefined,
): Promise<void> {
  const { width, height, colorScheme = "light" } = size;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(link);
  await page.locator(".line, .state").first().waitFor();
  await act(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(docs, `${name}.png`) });
  await page.close();
}

try {
  const arn = await bench.start({}, "2026-11-29T13-00-05Z-7c1e");
  await bench.ended(arn);
  await picture("console-graph", consoleLink(bench, arn, "step=state:FetchPopulation"), {
    width: 1280,
    height: 860,
  });
  await bench.services.stepFunctions.send(new RedriveExecutionCommand({ executionArn: arn }));
  await bench.ended(arn);
  await picture(
    "console-table",
    consoleLink(bench, arn, "view=table"),
    { width: 1280, height: 620, colorScheme: "dark" },
    async (page) => {
      await page.getByRole("button", { name: "Open all" }).click();
    },
  );
  await picture("console-phone", consoleLink(bench, arn, "view=files"), { width: 360, height: 760 });
  const page = await browser.newPage({ viewport: { width: 1160, height: 1000 } });
  await page.goto(bench.console.link());
  await page.getByRole("link", { name: "Reports" }).click();
  const explore = await page.getByRole("link", { name: "Explore" }).first().getAttribute("href");
  await page.goto(`${explore}&search=hours&series=PRS30006032,PRS30006033`);
  await page.getByRole("slider").focus();
  await page.screenshot({
    path: join(docs, "explore.png"),
    fullPage: true,
    clip: { x: 0, y: 0, width: 1160, height: 1800 },
  });
} finally {
  await browser.close();
  await bench.close();
  await replica.close();
  rmSync(source, { recursive: true, force: true });
}

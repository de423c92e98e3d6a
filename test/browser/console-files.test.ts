import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { publishFile, type Replica, sampleFiles, startReplica, writeSample } from "@data-quest/bls-replica";
import { allSurveysArn } from "@data-quest/local/deployment/deployment";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { type ConsoleBench, consoleLink, deployment, startConsoleBench } from "./console.test-support.ts";
import { axeFindings, pageWidth, visitConsole } from "./console-page.ts";

const DATA_FILE = "pr.data.0.Current";

let browser: Browser;
let bench: ConsoleBench;
let replica: Replica;
let source: string;

beforeAll(async () => {
  source = mkdtempSync(join(tmpdir(), "quest-console-source-"));
  await writeSample(source);
  replica = await startReplica({ dir: source });
  [browser, bench] = await Promise.all([
    launchChromium(),
    startConsoleBench({
      deployment: { ...deployment, source: replica.timeSeries, populationSource: replica.population },
    }),
  ]);
  await bench.ended(await bench.start({}, "before"));
  await publishFile(join(source, "pr", DATA_FILE), revised(), new Date("2025-06-05T13:30:00Z"));
  await bench.ended(await bench.start({}, "after"));
});
afterAll(async () => {
  await browser?.close();
  await bench?.close();
  await replica?.close();
  rmSync(source, { recursive: true, force: true });
});

/** The sample's data file with one value changed, one row dropped, and one added. */
function revised(): string {
  const lines = (sampleFiles().get(DATA_FILE) ?? "").split("\n");
  const rows = lines.flatMap((line, index) => (/\tQ0[1-4]\t/.test(line) ? [index] : []));
  const [changed = 0, dropped = 0] = rows;
  const fields = (lines[changed] ?? "").split("\t");
  fields[3] = "     987.6";
  lines[changed] = fields.join("\t");
  const added = (lines[rows.at(-1) ?? 0] ?? "").replace(/\t\d{4}\t/, "\t2031\t");
  lines.splice((rows.at(-1) ?? 0) + 1, 0, added);
  lines.splice(dropped, 1);
  return lines.join("\n");
}

test("the mirror is listed by survey, and a data file shows its versions and their differences", async () => {
  await visitConsole(browser, bench.console.link(), {}, async (page) => {
    await page.getByRole("link", { name: "Files" }).click();
    await page.getByRole("searchbox").fill("data.0");
    await page.getByRole("link", { name: DATA_FILE }).click();
    const versions = page.getByRole("region", { name: "Versions (2)" });
    await versions.waitFor();
    expect(await versions.getByRole("link").allTextContents()).toEqual([
      "after",
      "Download",
      "before",
      "Download",
    ]);
    const difference = page.getByRole("region", { name: "Difference", exact: true });
    await expect.poll(() => difference.textContent()).toContain("1 added, 1 changed, 1 dropped");
    const row = difference.getByRole("row").filter({ hasText: "987.6" });
    expect(await row.locator("del").count()).toBe(1);
    expect(await page.getByRole("region", { name: "Audit" }).first().textContent()).toContain("Updated");
    expect(await axeFindings(page)).toEqual([]);
  });
});

/** Reports are on a separate origin. */
const allowed = /^a request to http:\/\/127\.0\.0\.1:\d+\/(?:sign-in|reports)/;

test("a number in a report links to a file version and to the attempts of the step that fetched it, and both link back", async () => {
  await visitConsole(browser, bench.console.link(), { allowed }, async (page) => {
    await page.getByRole("link", { name: "Reports" }).click();
    await page.getByRole("link", { name: "after", exact: true }).click();
    // The report is next to its lineage, and its script works.
    await page.frameLocator("iframe").getByRole("heading", { level: 1 }).waitFor();
    await page.frameLocator("iframe").getByRole("searchbox").first().waitFor();
    const figures = page.getByRole("region", { name: "Figures" }).first();
    await figures.getByRole("searchbox").fill("mean");
    await figures.getByRole("button", { name: /^Comes from: Mean/ }).click();
    const inputs = page.getByRole("region", { name: /^Mean.*computed from$/ });
    await expect.poll(() => inputs.getByRole("row").count()).toBe(2);
    for (const [figure, file] of [
      ["Observations", DATA_FILE],
      [/Best year of PRS/, "pr.series"],
    ] as const) {
      await figures.getByRole("searchbox").fill("");
      await figures.getByRole("button", { name: figure }).first().click();
      await page
        .getByRole("region", { name: "computed from" })
        .first()
        .getByRole("link", { name: file })
        .waitFor();
    }
    await figures.getByRole("button", { name: /^Comes from: Mean/ }).click();
    const address = page.url();
    await page.reload();
    await inputs.waitFor();
    expect(await axeFindings(page)).toEqual([]);

    // The population file is from the earlier run, whose step fetched it.
    await inputs.getByRole("link", { name: "before" }).click();
    const step = page.getByRole("complementary", { name: "Selected step" });
    await expect.poll(() => step.getByRole("heading").first().textContent()).toBe("FetchPopulation");
    await expect
      .poll(() => step.getByRole("tab", { selected: true }).textContent())
      .toBe("Attempts and logs");
    await step.getByText("Attempt 1", { exact: true }).waitFor();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("before");
    await page.goto(address);
    await inputs.getByRole("link", { name: "Step" }).click();
    await page.getByRole("heading", { level: 1, name: "after" }).waitFor();

    // And back: from the step to the file's version, and to the reports that came from it.
    await step.getByRole("link", { name: /^nation_population.json, version / }).click();
    await page.waitForURL(
      ({ pathname, searchParams }) => pathname.startsWith("/files/") && searchParams.get("version") !== null,
    );
    const reports = page.getByRole("region", { name: "Reports from this file" }).first();
    await expect.poll(() => reports.getByRole("rowheader").allTextContents()).toEqual(["after", "before"]);
    await expect.poll(() => reports.locator("tr.marked").count()).toBe(2);
    await reports.getByRole("link", { name: "before" }).click();
    await page.getByRole("heading", { name: /^Report of before/ }).waitFor();
    await page.getByRole("link", { name: "Step that wrote it" }).click();
    await step.getByRole("link", { name: "Report of before" }).click();
    await page.getByRole("heading", { name: /^Report of before/ }).waitFor();
  });
});

test("a version of a data file links to the one report that came from it", async () => {
  await visitConsole(browser, bench.console.link(), {}, async (page) => {
    await page.goto(new URL(`/files/bls/pr/${DATA_FILE}`, page.url()).href);
    const reports = page.getByRole("region", { name: "Reports from this file" }).first();
    await expect.poll(() => reports.getByRole("rowheader").allTextContents()).toEqual(["after", "before"]);
    await reports.getByRole("row").nth(2).getByRole("link").last().click();
    await page.waitForURL(/version=/);
    expect(await reports.locator("tr.marked").allTextContents()).toEqual([expect.stringContaining("before")]);
    expect(
      await page
        .getByRole("region", { name: /^Versions/ })
        .first()
        .locator("tr.marked")
        .textContent(),
    ).toContain("before");
  });
});

test("on a file's page, a version can be restored, which holds the file, and then the source can be accepted", async () => {
  await visitConsole(
    browser,
    bench.console.link(),
    { viewport: { width: 360, height: 800 }, colorScheme: "dark" },
    async (page) => {
      await page.goto(new URL("/files/bls/pr/pr.data.0.Current", page.url()).href);
      await page.getByRole("button", { name: "Restore" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Restore this version?" });
      expect(await axeFindings(page)).toEqual([]);
      await dialog.getByRole("button", { name: "Restore" }).click();
      await page.getByRole("region", { name: "Versions (3)" }).waitFor();
      await page.getByText("This file is held").waitFor();
      expect(await pageWidth(page)).toBe(360);
      await page.getByRole("button", { name: "Accept the source" }).click();
      const start = page.getByRole("dialog", { name: "Start execution" });
      const input = start.getByRole("textbox");
      await expect.poll(() => input.inputValue()).toContain('"acceptSource": [');
      // No pause after the sync.
      await input.fill(JSON.stringify({ ...JSON.parse(await input.inputValue()), settleSeconds: 0 }));
      await start.getByText("The input is valid.").waitFor();
      await start.getByRole("button", { name: "Start execution" }).click();
      await page.waitForURL(/\/executions\/arn/);
      const arn = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1) ?? "");
      expect(await bench.ended(arn)).toBe("SUCCEEDED");
      await page.goto(new URL("/files/bls/pr/pr.data.0.Current", page.url()).href);
      await page.getByRole("region", { name: "Versions (4)" }).waitFor();
      expect(await page.getByText("This file is held").count()).toBe(0);
    },
  );
});

test("an execution of AllSurveys links to the executions that it started, and they link back", async () => {
  const all = await bench.services.stepFunctions.send(
    new StartExecutionCommand({
      stateMachineArn: allSurveysArn,
      name: "all-surveys",
      input: JSON.stringify({ surveys: ["pr"], refresh: false }),
    }),
  );
  const parent = all.executionArn ?? "";
  expect(await bench.ended(parent)).toBe("SUCCEEDED");
  await visitConsole(browser, consoleLink(bench, parent, "view=table"), {}, async (page) => {
    await page.getByRole("button", { name: "Open all" }).click();
    await page.getByRole("row", { name: /^RunSurvey / }).click();
    const step = page.getByRole("complementary", { name: "Selected step" });
    const child = step.getByRole("link", { name: /^Execution pr-/ });
    const name = (await child.textContent())?.replace("Execution ", "") ?? "";
    await child.click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await page.getByRole("region", { name: "Summary" }).getByRole("link", { name: "all-surveys" }).click();
    await page.getByRole("heading", { level: 1, name: "all-surveys" }).waitFor();
  });
});

test("a report opens on a separate read-only origin, with its links and downloads", async () => {
  await visitConsole(browser, bench.console.link(), { allowed: /a request to|401/ }, async (page) => {
    await page.getByRole("link", { name: "Reports" }).click();
    const [report] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByRole("link", { name: "Open" }).first().click(),
    ]);
    await report.waitForLoadState();
    await report.getByRole("heading", { level: 1 }).waitFor();
    expect(new URL(report.url()).origin).not.toBe(new URL(page.url()).origin);
    expect(new URL(report.url()).search).toBe("");
    // The report's script runs on this origin: without the script, the search of all series is hidden.
    await report.getByRole("searchbox").first().waitFor();
    const [download] = await Promise.all([
      report.waitForEvent("download"),
      report.locator('a[href$="best-years.csv"]').first().click(),
    ]);
    expect(download.suggestedFilename()).toContain("best-years");
    // Only the console may show the report in a frame.
    const policy = (await report.context().request.fetch(report.url())).headers()["content-security-policy"];
    expect(policy).toContain(`frame-ancestors ${bench.console.endpoint}`);
    const write = await report.context().request.fetch(report.url(), { method: "DELETE" });
    expect(write.status()).toBe(405);
  });
});

test("report pages cannot use the console, although the browser sends the console's cookie to every port", async () => {
  await visitConsole(browser, bench.console.link(), { allowed: /403/ }, async (page) => {
    for (const [method, path] of [
      ["POST", "/api/executions"],
      ["GET", "/api/executions/-/last"],
    ] as const) {
      const answer = await page.context().request.fetch(bench.console.endpoint + path, {
        method,
        headers: {
          "sec-fetch-site": "same-site",
          "sec-fetch-mode": "cors",
          "content-type": "application/json",
        },
        ...(method === "POST" ? { data: "{}" } : {}),
      });
      expect(answer.status(), path).toBe(403);
    }
  });
});

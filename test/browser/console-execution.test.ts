import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedriveExecutionCommand } from "@aws-sdk/client-sfn";
import { type Replica, startReplica, writeSample } from "@data-quest/bls-replica";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { type ConsoleBench, consoleLink, deployment, startConsoleBench } from "./console.test-support.ts";
import { axeFindings, pageWidth, visitConsole } from "./console-page.ts";

let browser: Browser;
let bench: ConsoleBench;
let replica: Replica;
let source: string;
/** Releases the file that is held back. */
const release = Promise.withResolvers<void>();
/** An execution with a retry, a failure, and a redrive. */
let eventful: string;

beforeAll(async () => {
  source = mkdtempSync(join(tmpdir(), "quest-console-source-"));
  await writeSample(source);
  replica = await startReplica({
    dir: source,
    faults: [
      { match: /pr\.series$/, times: 1, fault: { kind: "meanwhile", before: () => release.promise } },
      { match: /pr\.class$/, times: 1, fault: { kind: "status", status: 503 } },
      { match: "population", times: 1, fault: { kind: "status", status: 403 } },
    ],
  });
  [browser, bench] = await Promise.all([
    launchChromium(),
    startConsoleBench({
      deployment: { ...deployment, source: replica.timeSeries, populationSource: replica.population },
    }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await bench?.close();
  await replica?.close();
  rmSync(source, { recursive: true, force: true });
});

const open = (arn: string, query?: string) => consoleLink(bench, arn, query);
const state = (page: Page, name: string) =>
  page.getByRole("button", { name: new RegExp(`^\\w+ ${name}\\b.*, `) });
const statusOf = (page: Page) =>
  page.getByRole("region", { name: "Summary" }).locator(".status").first().textContent();

test("a run is followed live: a retried fault, a failure, and a successful redrive from the page", async () => {
  eventful = await bench.start({}, "eventful");
  await visitConsole(browser, open(eventful), {}, async (page) => {
    const label = (name: string) => state(page, name).getAttribute("aria-label");
    // One file is held back until the page has shown this file as running and another file as retried.
    await expect.poll(() => label("DiscoverFiles")).toContain("Succeeded");
    await expect.poll(() => label("SyncFiles")).toMatch(/11\/12, Running/);
    expect(await statusOf(page)).toBe("Running");
    await page.getByRole("tab", { name: "Files" }).click();
    const files = page.getByRole("grid", { name: "Files of this execution" });
    await expect
      .poll(() => files.locator(".line", { hasText: "pr.class" }).textContent())
      .toMatch(/Created.*2/);
    expect(await files.locator(".line", { hasText: "pr.series" }).textContent()).toContain("Running");
    await page.getByRole("tab", { name: "Graph" }).click();
    release.resolve();

    await expect.poll(() => label("FetchPopulation")).toContain("Failed");
    await expect.poll(() => statusOf(page)).toBe("Failed");
    expect(await label("Analyze")).toContain("Not started");
    expect(await page.getByRole("alert").first().textContent()).toContain("SourceForbidden");
    await page.getByRole("button", { name: "Show FetchPopulation" }).click();
    const step = page.getByRole("complementary", { name: "Selected step" });
    expect(await step.getByRole("heading").first().textContent()).toBe("FetchPopulation");
    expect(await step.textContent()).toContain("SourceForbidden");

    await page.getByRole("button", { name: "Redrive" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Redrive this execution?" });
    const lists = await dialog.locator("ul").allTextContents();
    expect(lists[0]).toContain("FetchPopulation");
    expect(lists[1]).toContain("DiscoverFiles");
    await dialog.getByRole("button", { name: "Redrive" }).click();
    await expect.poll(() => statusOf(page)).toBe("Succeeded");
    await expect.poll(() => label("Analyze")).toContain("Succeeded");
    expect(await bench.ended(eventful)).toBe("SUCCEEDED");
    expect(await page.getByRole("button", { name: "Redrive" }).count()).toBe(0);
  });
}, 150_000);

test("the table shows attempts as rows and failures as red bars, and cuts out idle time", async () => {
  await visitConsole(browser, open(eventful, "view=table"), {}, async (page) => {
    const grid = page.getByRole("treegrid", { name: "States with timeline" });
    await page.getByRole("button", { name: "Open all" }).click();
    await grid.getByText("#0").waitFor();
    await grid.getByText("Attempt 1").first().waitFor();
    expect(await grid.locator(".span.failed").count()).toBeGreaterThan(0);
    expect(await grid.locator(".cut").count()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Type" }).click();
    await page.keyboard.press("Escape");
    expect(await grid.getByRole("columnheader", { name: "Type" }).count()).toBe(0);
  });
});

test("each attempt has the log lines of its own call", async () => {
  await visitConsole(browser, open(eventful, "step=file:bls/pr/pr.class"), {}, async (page) => {
    const step = page.getByRole("complementary", { name: "Selected step" });
    await step.getByRole("tab", { name: "Attempts and logs" }).click();
    await step.getByText("Attempt 1", { exact: true }).click();
    const calls = new Set<string>();
    for (const attempt of [1, 2]) {
      const log = step.getByRole("region", { name: `Log of attempt ${attempt}` });
      const [, call = ""] = /REPORT RequestId: (\S+) Duration/.exec((await log.textContent()) ?? "") ?? [];
      expect(call).toHaveLength(36);
      expect((await log.textContent())?.match(/REPORT/g)).toHaveLength(1);
      calls.add(call);
    }
    expect(calls.size).toBe(2);
  });
});

test("a user can open the tree, select a step, and reach its attempts with the keyboard alone", async () => {
  await visitConsole(browser, open(eventful, "view=table"), {}, async (page) => {
    const grid = page.getByRole("treegrid", { name: "States with timeline" });
    await grid.waitFor();
    await page.getByRole("tab", { name: "Table" }).focus();
    for (
      let presses = 0;
      presses < 12 && !(await grid.evaluate((element) => element === element.ownerDocument.activeElement));
      presses++
    )
      await page.keyboard.press("Tab");
    const activeRow = () =>
      grid.evaluate(
        (element) =>
          element.ownerDocument.getElementById(element.getAttribute("aria-activedescendant") ?? "")
            ?.textContent,
      );
    await expect.poll(activeRow).toContain("DiscoverFiles");
    await page.keyboard.press("ArrowDown");
    await expect.poll(activeRow).toContain("SyncFiles");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(activeRow).toContain("#0");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(activeRow).toContain("SyncFiles");
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await expect.poll(activeRow).toContain("Analyze");
    await page.keyboard.press("Enter");
    const step = page.getByRole("complementary", { name: "Selected step" });
    expect(await step.getByRole("heading").first().textContent()).toBe("Analyze");
    await step.getByRole("tab", { name: "Output", exact: true }).focus();
    await page.keyboard.press("ArrowRight");
    await expect
      .poll(() => step.getByRole("tab", { selected: true }).textContent())
      .toBe("Attempts and logs");
    expect(new URL(page.url()).searchParams.get("step")).toMatch(/^\d+$/);
  });
});

test("a state selected in the graph is selected in all views, and the URL restores the selection", async () => {
  await visitConsole(browser, open(eventful), {}, async (page) => {
    await state(page, "SyncFile").focus();
    await page.keyboard.press("Enter");
    const step = page.getByRole("complementary", { name: "Selected step" });
    await expect.poll(() => step.textContent()).toContain("1 of 12");
    await step.getByRole("button", { name: "Next visit" }).click();
    await expect.poll(() => step.textContent()).toContain("2 of 12");
    const address = page.url();
    await page.getByRole("tab", { name: "Table" }).click();
    await page.locator(".line[aria-selected=true]").waitFor();
    await page.goto(address);
    await expect.poll(() => step.textContent()).toContain("2 of 12");
  });
});

test("a state's expressions can be evaluated again and edited, and are stopped if they do not end", async () => {
  await visitConsole(browser, open(eventful, "step=state:DiscoverFiles"), {}, async (page) => {
    const step = page.getByRole("complementary", { name: "Selected step" });
    await step.getByRole("tab", { name: "Why this output?" }).click();
    const expression = step.getByRole("textbox", { name: "Expression" });
    await step.getByRole("button", { name: "Evaluate" }).click();
    await step.getByText("Equal to the recorded value.").waitFor();
    await expression.fill("$states.result.Payload.settings.survey & '!'");
    await step.getByRole("button", { name: "Evaluate" }).click();
    await step.getByText("Differs from the recorded value:").waitFor();
    expect(await step.getByRole("region", { name: "Value now" }).textContent()).toContain('"pr!"');
    await expression.fill("nonsense(");
    await step.getByRole("button", { name: "Evaluate" }).click();
    await expect.poll(() => step.getByRole("alert").textContent()).toMatch(/S0\d+/);
    await expression.fill("($f := function($n) { $f($n + 1) }; $f(1))");
    await step.getByRole("button", { name: "Evaluate" }).click();
    await expect.poll(() => step.getByRole("alert").textContent()).toContain("did not end within 3 s");
  });
});

test("events are filtered by type, state, and payload text; several events can be open; IDs are links", async () => {
  await visitConsole(browser, open(eventful, "view=events"), {}, async (page) => {
    const grid = page.getByRole("treegrid", { name: "Events" });
    const shown = page.getByRole("tabpanel").getByRole("status");
    await expect.poll(() => shown.textContent()).toMatch(/^\d+ events$/);
    await page.getByRole("searchbox").fill("sourceforbidden");
    await expect.poll(() => shown.textContent()).toMatch(/^2 of \d+ events$/);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Any type" }).click();
    await page.getByRole("option", { name: "TaskFailed" }).click();
    await expect.poll(() => grid.locator(".line").allTextContents()).toHaveLength(2);
    await grid.getByRole("button", { name: "Open" }).first().click();
    await grid.getByRole("button", { name: "Open" }).first().click();
    expect(await grid.locator(".detail").count()).toBe(2);
    expect(await grid.locator(".detail").first().textContent()).toContain("errorType");
    const previous = grid.locator(".line").first().locator("[role=gridcell]").nth(5).getByRole("button");
    const id = await previous.textContent();
    await previous.click();
    await expect.poll(() => new URL(page.url()).searchParams.get("event")).toBe(id);
    // Events opened earlier stay open, and may be among the rows shown.
    const openLines = grid.locator(".line[aria-expanded=true]");
    await expect
      .poll(() =>
        openLines.evaluateAll((lines) =>
          lines.map((line) => line.querySelector("[role=gridcell]")?.textContent ?? ""),
        ),
      )
      .toContain(id);
  });
});

test("the list of files shows what was done with each file, can be sorted and filtered, and links to versions and back", async () => {
  await visitConsole(browser, open(eventful, "view=files"), {}, async (page) => {
    const grid = page.getByRole("grid", { name: "Files of this execution" });
    await expect.poll(() => grid.locator(".line").count()).toBe(13);
    await grid.getByRole("button", { name: "Size" }).click();
    await grid.getByRole("button", { name: "Size" }).click();
    expect(await grid.locator(".line").first().textContent()).toContain("pr.data");
    await page.getByRole("searchbox").fill("pr.class");
    await expect
      .poll(() => grid.locator(".line").allTextContents())
      .toEqual([expect.stringMatching(/pr\.class.*Created.*2/)]);
    await grid.getByRole("link", { name: "pr.class" }).click();
    await page.getByRole("heading", { name: "pr.class" }).waitFor();
    await page
      .getByRole("region", { name: /^Versions/ })
      .getByRole("link", { name: "eventful" })
      .click();
    const step = page.getByRole("complementary", { name: "Selected step" });
    await expect.poll(() => step.textContent()).toContain("bls/pr/pr.class");
  });
});

describe("the page of an execution", () => {
  test.each([
    { colorScheme: "light", width: 1400, view: "graph" },
    { colorScheme: "dark", width: 1400, view: "table" },
    { colorScheme: "light", width: 360, view: "events" },
    { colorScheme: "dark", width: 360, view: "files" },
    { colorScheme: "light", width: 1400, view: "cost" },
  ] as const)(
    "has no axe findings: $view in $colorScheme at $width pixels",
    async ({ colorScheme, width, view }) => {
      const options = { colorScheme, viewport: { width, height: 900 } };
      await visitConsole(
        browser,
        open(eventful, `view=${view}&step=state:DiscoverFiles`),
        options,
        async (page) => {
          await page.getByRole("complementary", { name: "Selected step" }).waitFor();
          await expect.poll(() => page.getByText("Loading").count()).toBe(0);
          expect(await axeFindings(page)).toEqual([]);
          expect(await pageWidth(page)).toBe(width);
        },
      );
    },
  );

  test("prints completely: no menus, all rows, dark on white", async () => {
    await visitConsole(
      browser,
      open(eventful, "view=events"),
      { colorScheme: "dark", viewport: { width: 700, height: 900 } },
      async (page) => {
        await page.getByRole("treegrid", { name: "Events" }).locator(".line").first().waitFor();
        await page.emulateMedia({ media: "print", colorScheme: "dark" });
        await expect.poll(() => page.locator(".line").count()).toBeGreaterThan(100);
        expect(await page.locator(".top, .no-print").filter({ visible: true }).count()).toBe(0);
        const [color, ground] = await page.evaluate<string[]>(
          "(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.body))",
        );
        expect(color).toBe("rgb(15, 20, 26)");
        expect(ground).toBe("rgb(255, 255, 255)");
      },
    );
  });
});

test("a trace file opens with every view, offers no actions, and sends no requests", async () => {
  const folder = mkdtempSync(join(tmpdir(), "quest-trace-"));
  try {
    let file = "";
    await visitConsole(browser, open(eventful), {}, async (page) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Export" }).click(),
      ]);
      expect(download.suggestedFilename()).toBe("eventful.html");
      file = join(folder, "eventful.html");
      await download.saveAs(file);
    });
    expect(readFileSync(file).byteLength).toBeLessThan(420_000);
    await visitConsole(browser, `file://${file}`, { offline: true }, async (page) => {
      await expect.poll(() => statusOf(page)).toBe("Succeeded");
      for (const action of ["Redrive", "Stop execution", "Start with edited input", "Export"])
        expect(await page.getByText(action, { exact: true }).count()).toBe(0);
      await state(page, "DiscoverFiles").click();
      const step = page.getByRole("complementary", { name: "Selected step" });
      await step.getByRole("tab", { name: "Why this output?" }).click();
      await step.getByRole("button", { name: "Evaluate" }).click();
      await step.getByText("Equal to the recorded value.").waitFor();
      await step.getByRole("tab", { name: "Attempts and logs" }).click();
      expect(await step.getByRole("region", { name: "Log of attempt 1" }).textContent()).toContain("REPORT");
      for (const view of ["Table", "Events", "Files", "Cost", "Input and output", "Definition"]) {
        await page.getByRole("tab", { name: view, exact: true }).first().click();
        await expect.poll(() => page.getByRole("tabpanel").first().textContent()).not.toBe("");
      }
      expect(await axeFindings(page)).toEqual([]);
      expect(page.url()).toContain("#");
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a redrive of an execution that succeeded is refused, and the response says why", async () => {
  const refused = bench.services.stepFunctions.send(new RedriveExecutionCommand({ executionArn: eventful }));
  await expect(refused).rejects.toThrow();
  await visitConsole(browser, open(eventful), { allowed: /400/ }, async (page) => {
    const answer = await page.evaluate<{ status: number; text: string }>(
      `fetch("/api/executions/" + encodeURIComponent(${JSON.stringify(eventful)}) + "/redrive", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }).then(async (response) => ({ status: response.status, text: await response.text() }))`,
    );
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("redriv");
  });
});

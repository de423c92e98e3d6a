import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConsole, servicesAt } from "@data-quest/cli/console";
import { traceFile } from "@data-quest/console/trace";
import { startDirectLambda } from "@data-quest/lambda-host/direct";
import { startLocalAws } from "@data-quest/local/local-aws";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { deployment, startConsoleBench } from "./console.test-support.ts";
import { visitConsole } from "./console-page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

test("a page survives restarts of Step Functions and of the console itself", async () => {
  const bench = await startConsoleBench();
  let aws = bench.aws;
  let console_ = bench.console;
  const { stateDir } = bench;
  // Whenever Step Functions is gone, the console looks for it again.
  const log = () => undefined;
  await console_.close();
  const connect = async () => servicesAt(aws, { stateDir, deployment });
  const open = (port: number) => openConsole(connect, { port, stateDir, log });
  console_ = await open(0);
  const port = Number(new URL(console_.endpoint).port);
  try {
    const before = await bench.start({}, "before-the-kill");
    await bench.ended(before);
    await visitConsole(
      browser,
      console_.link(before),
      { allowed: /Failed to load|ERR_|401|EventSource/ },
      async (page) => {
        const events = page.getByText("Events", { exact: true }).locator("xpath=following-sibling::dd");
        await expect.poll(() => events.first().textContent()).toMatch(/^\d{2,}$/);
        const count = await events.first().textContent();

        await aws.close();
        await page.getByText("Step Functions is not responding. Trying again.").waitFor();
        aws = await startLocalAws({
          stateDir,
          deployment,
          startLambda: startDirectLambda,
          random: () => 0,
          log,
        });
        await expect.poll(() => page.getByText("is not responding").count()).toBe(0);

        await console_.close();
        await page.getByText(/is not responding|was restarted/).waitFor();
        console_ = await open(port);
        // The restarted console has a new token: the page asks for the new link, and continues once any tab
        // has opened it.
        await page.getByText("The console was restarted.").waitFor();
        const other = await page.context().newPage();
        await other.goto(console_.link());
        await expect.poll(() => page.getByText("was restarted").count()).toBe(0);
        expect(await events.first().textContent()).toBe(count);
      },
    );
  } finally {
    await console_.close();
    await aws.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
});

const HOSTILE = `</script><script>document.title = "taken"</script><img src=x onerror="document.title = 'taken'">`;

test("a hostile history is displayed as text, whatever its names, values, and types are", async () => {
  const folder = mkdtempSync(join(tmpdir(), "quest-trace-"));
  const details = { name: HOSTILE, input: JSON.stringify({ [HOSTILE]: HOSTILE, __proto__: HOSTILE }) };
  const events = [
    {
      id: 1,
      previousEventId: 0,
      timestamp: 1_760_000_000,
      type: "ExecutionStarted",
      executionStartedEventDetails: { input: HOSTILE },
    },
    {
      id: 2,
      previousEventId: 0,
      timestamp: 1_760_000_001,
      type: "TaskStateEntered",
      stateEnteredEventDetails: details,
    },
    { id: 3, previousEventId: 2, timestamp: 1_760_000_002, type: HOSTILE, somethingNew: { deep: [HOSTILE] } },
    {
      id: 4,
      previousEventId: 3,
      timestamp: 1_760_000_003,
      type: "ExecutionFailed",
      executionFailedEventDetails: { error: HOSTILE, cause: `{"errorMessage":"${"x".repeat(40_000)}` },
    },
  ];
  const definition = JSON.stringify({
    StartAt: HOSTILE,
    States: {
      [HOSTILE]: { Type: HOSTILE, Next: "nowhere", Choices: "none", Branches: [1, null] },
      broken: 7,
    },
  });
  const description = {
    arn: HOSTILE,
    name: HOSTILE,
    stateMachineArn: HOSTILE,
    status: "FAILED" as const,
    start: "2025-10-09T08:53:20.000Z",
    stop: "2025-10-09T08:53:23.000Z",
    input: HOSTILE,
    output: null,
    error: HOSTILE,
    cause: HOSTILE,
    redriveCount: 0,
    redriveDate: null,
    redrivable: false,
    redriveReason: null,
    definition,
  };
  const file = join(folder, "hostile.html");
  writeFileSync(file, await traceFile({ description, events }));
  try {
    await visitConsole(browser, `file://${file}`, { offline: true }, async (page) => {
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(HOSTILE);
      await page.getByRole("button", { name: /^Show / }).click();
      for (const view of ["Table", "Events", "Files", "Input and output", "Definition"])
        await page.getByRole("tab", { name: view, exact: true }).first().click();
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.title()).not.toBe("taken");
    });
    const bare = await traceFile({ description, events, payloads: false });
    expect(bare.length).toBeLessThan(420_000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

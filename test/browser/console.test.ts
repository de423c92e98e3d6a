import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { type ConsoleBench, consoleLink, startConsoleBench } from "./console.test-support.ts";
import { axeFindings, pageWidth, visitConsole } from "./console-page.ts";

let browser: Browser;
let bench: ConsoleBench;
let succeeded: string;
let failed: string;
beforeAll(async () => {
  [browser, bench] = await Promise.all([launchChromium(), startConsoleBench()]);
  succeeded = await bench.start({}, "first-run");
  await bench.ended(succeeded);
  failed = await bench.start({ survey: "zz" }, "unknown-survey");
  await bench.ended(failed);
});
afterAll(async () => {
  await browser?.close();
  await bench?.close();
});

test("nothing is served without the link's token", async () => {
  const { endpoint } = bench.console;
  const token = new URL(bench.console.link()).searchParams.get("token");
  for (const path of [
    "/",
    "/api/session",
    "/api/executions/-/stream",
    "/sign-in?token=wrong",
    `/api/session?token=${token}`,
  ]) {
    const response = await fetch(endpoint + path);
    expect(response.status, path).toBe(401);
  }
  const signedIn = await fetch(bench.console.link());
  expect(signedIn.headers.get("set-cookie")).toContain(`quest-console-${new URL(endpoint).port}=`);
  expect(await signedIn.text()).toContain('content="0; url=/"');
});

test("the list shows each execution with its survey, changes, and error, and can be filtered", async () => {
  await visitConsole(browser, bench.console.link(), {}, async (page) => {
    const rows = page.getByRole("grid", { name: "Executions" }).locator(".line");
    await expect.poll(() => rows.allTextContents()).toHaveLength(2);
    const row = (name: string) => rows.filter({ hasText: name });
    await expect.poll(() => row("first-run").textContent()).toContain("pr12");
    await expect.poll(() => row("unknown-survey").textContent()).toContain("Failed");
    await expect.poll(() => row("unknown-survey").textContent()).toContain("SourceNotFound");

    await page.getByRole("searchbox").fill("sourcenotfound");
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Any status" }).click();
    await page.getByRole("option", { name: "Succeeded" }).click();
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining("first-run")]);
    expect(new URL(page.url()).searchParams.get("status")).toBe("SUCCEEDED");
  });
});

test("an execution starts with an input that is validated while it is typed", async () => {
  await visitConsole(browser, bench.console.link(), {}, async (page) => {
    await page.getByRole("button", { name: "Start execution" }).click();
    const dialog = page.getByRole("dialog", { name: "Start execution" });
    const input = dialog.getByRole("textbox");
    const start = dialog.getByRole("button", { name: "Start execution" });
    // Prefilled from the last run.
    await expect.poll(() => input.inputValue()).toContain('"zz"');
    for (const [text, problem] of [
      ["{", "Not JSON"],
      ['{"analysis": {"years": [2018, 2013]}}', "analysis.years"],
      ['{"surveys": "pr"}', "surveys"],
    ] as const) {
      await input.fill(text);
      await expect.poll(() => dialog.locator(".problems").textContent()).toContain(problem);
      expect(await start.isDisabled()).toBe(true);
    }
    await input.fill('{"survey": "pr", "settleSeconds": 0, "refresh": false}');
    await expect.poll(() => start.isDisabled()).toBe(false);
    expect(await dialog.locator("code").last().textContent()).toContain(
      `quest run --input '{"survey":"pr","settleSeconds":0,"refresh":false}'`,
    );
    await start.click();
    await page.waitForURL(/\/executions\/arn/);
    expect(await bench.ended(decodeURIComponent(page.url().split("/").at(-1) ?? ""))).toBe("SUCCEEDED");
  });
});

test("an execution can be stopped, and started again with an edited input, from its page", async () => {
  const running = await bench.start({ settleSeconds: 600, refresh: false }, "long-wait");
  await visitConsole(browser, consoleLink(bench, running), {}, async (page) => {
    const status = page.getByRole("region", { name: "Summary" }).locator(".status").first();
    const wait = page.getByRole("button", { name: /^Wait Settle\b/ });
    await expect.poll(() => wait.getAttribute("aria-label")).toContain("Running");
    await page.getByRole("button", { name: "Stop execution" }).click();
    const question = page.getByRole("alertdialog", { name: "Stop this execution?" });
    await question.getByRole("button", { name: "Cancel" }).click();
    expect(await status.textContent()).toBe("Running");
    await page.getByRole("button", { name: "Stop execution" }).click();
    await question.getByRole("button", { name: "Stop" }).click();
    await expect.poll(() => status.textContent()).toBe("Aborted");
    expect(await bench.ended(running)).toBe("ABORTED");
    await expect.poll(() => wait.getAttribute("aria-label")).toContain("Aborted");
    expect(await page.getByRole("alert").or(page.getByRole("status")).allTextContents()).toContainEqual(
      expect.stringContaining("Stopped in the console"),
    );
    expect(await page.getByRole("button", { name: "Redrive" }).isEnabled()).toBe(true);
    expect(await page.getByRole("button", { name: "Stop execution" }).count()).toBe(0);

    await page.getByRole("button", { name: "Start with edited input" }).click();
    const dialog = page.getByRole("dialog", { name: "Start execution" });
    const input = dialog.getByRole("textbox");
    await expect.poll(() => input.inputValue()).toContain('"settleSeconds": 600');
    await input.fill('{"settleSeconds": 0, "refresh": false}');
    await dialog.getByText("The input is valid.").waitFor();
    await dialog.getByRole("button", { name: "Start execution" }).click();
    await page.waitForURL(
      (url) => url.pathname.includes("/executions/arn") && !url.pathname.includes("long-wait"),
    );
    await expect.poll(() => status.textContent()).toBe("Succeeded");
  });
});

test("the page for something that does not exist says so, and has no axe findings", async () => {
  await visitConsole(browser, bench.console.link(), { allowed: /404/ }, async (page) => {
    for (const [path, message] of [
      ["/nowhere", "This page does not exist."],
      ["/reports/pr/none", "does not exist"],
      ["/executions/none", "Execution Does Not Exist"],
      ["/executions/%E0%A4%A", "Execution Does Not Exist"],
      ["/files/bls/pr/none", "This file was never in the mirror."],
    ] as const) {
      await page.goto(new URL(path, page.url()).href);
      await page.getByText(message).waitFor();
      expect(await axeFindings(page), path).toEqual([]);
    }
  });
});

test.each([
  { colorScheme: "light", width: 1400 },
  { colorScheme: "dark", width: 360 },
] as const)(
  "the list has no axe findings in $colorScheme at $width pixels",
  async ({ colorScheme, width }) => {
    const options = { colorScheme, viewport: { width, height: 800 } };
    await visitConsole(browser, bench.console.link(), options, async (page) => {
      await page.getByRole("link", { name: "first-run" }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect(await pageWidth(page)).toBe(width);
      await page.getByRole("button", { name: "Start execution" }).click();
      await page.getByText("The input is valid.").waitFor();
      expect(await axeFindings(page)).toEqual([]);
    });
  },
);

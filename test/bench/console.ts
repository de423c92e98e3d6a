/** Measures the console: how much the browser loads, how soon pages are ready, and how much it slows down a run. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { loadBundle } from "@data-quest/console/bundle";
import { explorePage } from "@data-quest/explore/page";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../browser/chromium.ts";
import type { BenchRow } from "./bench-row.ts";
import { LARGE_EXECUTION, writeLargeExecution } from "./console-large-execution.ts";

const quest = fileURLToPath(new URL("../../packages/cli/bin/quest.js", import.meta.url));
const ROUNDS = 5;
const OPENINGS = 60;

/** Takes all measurements of the console. The bundle is cached; times are medians of five. */
export async function benchConsole(): Promise<BenchRow[]> {
  const stateDir = mkdtempSync(join(tmpdir(), "quest-bench-console-"));
  const browser = await launchChromium();
  try {
    const { events } = await writeLargeExecution(stateDir);
    const size = await bundleSize();
    const server = await startServer(stateDir);
    try {
      const first = await median(() => firstPage(browser, server.link));
      const ready = await median(() => largeExecution(browser, server.link, events));
      const growth = await memoryGrowth(stateDir, (link) => largeExecution(browser, link, events));
      const frame = await longestFrame(browser, server.link, events);
      const delay = await eventDelay(browser, server.link, stateDir);
      const slower = await slowdown(browser, server.link, stateDir);
      return [
        { name: "script and style, gzip, with the JSONata worker", value: size, unit: "KiB" },
        {
          name: "the Explore page, gzip",
          value: gzipSync(await explorePage()).byteLength / 1024,
          unit: "KiB",
        },
        { name: "first page ready, bundle cached", value: first, unit: "ms" },
        { name: `execution of ${events} events ready`, value: ready, unit: "ms" },
        { name: "longest frame while the execution's 1,650 iterations scroll", value: frame, unit: "ms" },
        { name: "from an event until the page shows it, median", value: delay.median, unit: "ms" },
        { name: "from an event until the page shows it, 95th percentile", value: delay.high, unit: "ms" },
        {
          name: `growth of the server's memory over ${OPENINGS} more openings of the execution`,
          value: growth,
          unit: "MiB",
        },
        { name: "quest run with a page open, times as long as without", value: slower, unit: "" },
      ];
    } finally {
      await server.stop();
    }
  } finally {
    await browser.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

async function bundleSize(): Promise<number> {
  const { files } = await loadBundle();
  const names = ["console.js", "console.css", "jsonata-worker.js"];
  return names.reduce((sum, name) => sum + (files.get(name)?.gzip.byteLength ?? 0), 0) / 1024;
}

type Server = { link: string; child: ChildProcess; stop: () => Promise<void> };

async function startServer(stateDir: string, nodeOptions: readonly string[] = []): Promise<Server> {
  const child = spawn(
    process.execPath,
    [...nodeOptions, quest, "console", "--no-open", "--state-dir", stateDir],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (child.stdout === null) throw new Error("The console has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const link = /http:\S+/.exec(line)?.[0];
    if (link === undefined) continue;
    const stop = async () => {
      child.kill("SIGTERM");
      await ended;
    };
    return { link, child, stop };
  }
  throw new Error("The console did not start");
}

/** Resident memory, if the system reports it. */
function residentMiB({ pid }: ChildProcess): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/**
 * Opens a page repeatedly until the server's memory has reached its working size, and then as many times again.
 * If memory still grows, it grows with every history that is shown. The heap is small, so that garbage is
 * collected rather than kept.
 */
async function memoryGrowth(stateDir: string, open: (link: string) => Promise<unknown>): Promise<number> {
  const { link, child, stop } = await startServer(stateDir, ["--max-old-space-size=96"]);
  try {
    for (let opening = 0; opening < OPENINGS; opening++) await open(link);
    const before = residentMiB(child);
    for (let opening = 0; opening < OPENINGS; opening++) await open(link);
    return residentMiB(child) - before;
  } finally {
    await stop();
  }
}

async function median(measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round++) values.push(await measure());
  return values.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
}

async function withPage<T>(browser: Browser, use: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  try {
    return await use(page);
  } finally {
    await page.close();
  }
}

/** Opens the link, and waits for the page to which it redirects. */
async function signIn(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.waitForURL(({ pathname }) => pathname !== "/sign-in");
}

/** Milliseconds from the start of the navigation until an element exists. */
const SINCE_NAVIGATION = "performance.now()";

function firstPage(browser: Browser, link: string): Promise<number> {
  return withPage(browser, async (page) => {
    await signIn(page, link);
    await page.locator(".line").first().waitFor();
    return page.evaluate<number>(SINCE_NAVIGATION);
  });
}

const addressOf = (link: string, query: string) =>
  `${new URL(`/executions/${LARGE_EXECUTION}`, link).href}${query}`;

/** Opens the large execution as a table and waits for all its events. */
async function openLarge(page: Page, link: string, events: number): Promise<number> {
  await signIn(page, link);
  await page.goto(addressOf(link, "?view=table"));
  await page.evaluate(`new Promise((resolve) => {
    const step = () => {
      const term = [...document.querySelectorAll("dt")].find(({ textContent }) => textContent === "Events");
      if (term?.nextSibling.textContent === "${events}") resolve();
      else requestAnimationFrame(step);
    };
    step();
  })`);
  return page.evaluate<number>(SINCE_NAVIGATION);
}

function largeExecution(browser: Browser, link: string, events: number): Promise<number> {
  return withPage(browser, (page) => openLarge(page, link, events));
}

/** The longest time between two frames while the table scrolls through all iterations. */
function longestFrame(browser: Browser, link: string, events: number): Promise<number> {
  return withPage(browser, async (page) => {
    await openLarge(page, link, events);
    const open = page.getByRole("button", { name: "Open all" });
    await open.click();
    await page.locator(".line", { hasText: "#0" }).first().waitFor();
    await sleep(500);
    return page.evaluate<number>(`new Promise((resolve) => {
      const grid = document.querySelector("[role=treegrid]");
      let longest = 0;
      let last;
      const step = (now) => {
        if (last !== undefined) longest = Math.max(longest, now - last);
        last = now;
        const before = grid.scrollTop;
        grid.scrollTop += 400;
        if (grid.scrollTop > before) requestAnimationFrame(step);
        else resolve(longest);
      };
      requestAnimationFrame(step);
    })`);
  });
}

/**
 * How long an event takes to appear on the page. A script in the page records when each count of events is first
 * shown.
 */
function eventDelay(
  browser: Browser,
  link: string,
  stateDir: string,
): Promise<{ median: number; high: number }> {
  return withPage(browser, async (page) => {
    await signIn(page, link);
    const run = runQuest(stateDir, ["--settle", "1"]);
    await page.locator(".line .status.running").first().waitFor();
    await page.locator(".line a").first().click();
    await page.waitForURL(/executions\/arn/);
    const shown = await page.evaluate<[number, number][]>(`new Promise((resolve) => {
      const shown = [];
      const step = () => {
        const terms = [...document.querySelectorAll("dt")];
        const value = (name) => terms.find((term) => term.textContent === name)?.nextSibling.textContent ?? "";
        const count = Number(value("Events"));
        if (count > (shown.at(-1)?.[0] ?? 0)) shown.push([count, Date.now()]);
        if (/Succeeded|Failed/.test(value("Status"))) resolve(shown);
        else requestAnimationFrame(step);
      };
      step();
    })`);
    await run;
    const times = await page.evaluate<[number, number][]>(`new Promise((resolve) => {
      const source = new EventSource("/api" + location.pathname + "/events");
      source.addEventListener("history", ({ data }) => {
        source.close();
        resolve(JSON.parse(data).events.map(({ id, timestamp }) => [id, timestamp * 1000]));
      });
    })`);
    // Events from before the page opened are late by definition.
    const [first = [0, 0]] = shown;
    const delays = times
      .filter(([id]) => id > first[0])
      .flatMap(([id, time]) => {
        const at = shown.find(([count]) => count >= id);
        return at === undefined ? [] : [at[1] - time];
      })
      .sort((a, b) => a - b);
    return {
      median: delays[Math.floor(delays.length / 2)] ?? 0,
      high: delays[Math.floor(delays.length * 0.95)] ?? 0,
    };
  });
}

/**
 * Measures how much longer `quest run` takes while the list of executions is open in a browser. Runs with and
 * without the list alternate. Returns the ratio of their median times.
 */
async function slowdown(browser: Browser, link: string, stateDir: string): Promise<number> {
  const alone: number[] = [];
  const watched: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await timed(() => runQuest(stateDir, ["--settle", "0"])));
    watched.push(
      await withPage(browser, async (page) => {
        await signIn(page, link);
        await page.locator(".line").first().waitFor();
        return timed(() => runQuest(stateDir, ["--settle", "0"]));
      }),
    );
  }
  const middle = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  return middle(watched) / middle(alone);
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

async function runQuest(stateDir: string, options: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [quest, "run", "--quiet", "--state-dir", stateDir, ...options], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`quest run ended with ${code}`);
}

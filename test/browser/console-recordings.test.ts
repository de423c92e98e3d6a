import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { traceCommand } from "@data-quest/cli/trace";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { launchChromium } from "./chromium.ts";
import { visitConsole } from "./console-page.ts";

const cases = fileURLToPath(new URL("../conformance/cases/", import.meta.url));
const Recording = z.looseObject({
  definition: z.unknown(),
  expected: z.looseObject({ history: z.array(z.unknown()) }),
});

let browser: Browser;
let folder: string;
beforeAll(async () => {
  browser = await launchChromium();
  folder = mkdtempSync(join(tmpdir(), "quest-recordings-"));
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("histories recorded from the service open as traces with a table, events, and a graph", async () => {
  const names = readdirSync(cases).filter(
    (name) => /parallel|map|catch|wait|fail/.test(name) && name.endsWith(".json"),
  );
  expect(names.length).toBeGreaterThan(5);
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    for (const name of names.slice(0, 8)) {
      const { definition, expected } = Recording.parse(JSON.parse(readFileSync(join(cases, name), "utf8")));
      const files = [join(folder, `events-${name}`), join(folder, `definition-${name}`)];
      const file = join(folder, `${name}.html`);
      writeFileSync(files[0] ?? "", JSON.stringify(expected.history));
      writeFileSync(files[1] ?? "", JSON.stringify(definition));
      expect(
        await traceCommand(undefined, { stateDir: folder, from: files, output: file, payloads: true }),
      ).toBe(0);
      await visitConsole(browser, `file://${file}#view=table`, { offline: true }, async (page) => {
        await page.getByRole("treegrid", { name: "States with timeline" }).locator(".line").first().waitFor();
        await page.getByRole("tab", { name: "Events" }).click();
        await page.getByRole("treegrid", { name: "Events" }).locator(".line").first().waitFor();
        await page.getByRole("tab", { name: "Graph" }).click();
        await page.locator(".state").first().waitFor();
      });
    }
  } finally {
    vi.restoreAllMocks();
  }
});

test("only the events of a file with events and other values are shown", async () => {
  const events = join(folder, "events-of-all-kinds.json");
  const file = join(folder, "all-kinds.html");
  const entered = { id: 3, type: "TaskStateEntered", stateEnteredEventDetails: null };
  const iteration = { name: 4, index: "a" };
  const known = [
    {},
    entered,
    { id: 4, type: "MapIterationStarted", mapIterationStartedEventDetails: iteration },
  ];
  writeFileSync(events, JSON.stringify({ events: [null, 5, "x", { id: "1", type: 7 }, ...known] }));
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const options = { stateDir: folder, from: [events], output: file, payloads: true };
    expect(await traceCommand(undefined, options)).toBe(0);
  } finally {
    vi.restoreAllMocks();
  }
  await visitConsole(browser, `file://${file}#view=events`, { offline: true }, async (page) => {
    await page.getByText("3 events", { exact: true }).waitFor();
    for (const view of ["Table", "Files", "Graph"]) {
      await page.getByRole("tab", { name: view }).click();
      await page.getByRole("tabpanel", { name: view }).waitFor();
    }
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { historyCommand } from "@data-quest/cli/history";
import { runCommand } from "@data-quest/cli/run";
import { afterAll, expect, test } from "vitest";
import { captured } from "./captured.ts";

const stateDir = mkdtempSync(join(tmpdir(), "all-surveys-"));
afterAll(() => rmSync(stateDir, { recursive: true }));

test("quest run --survey all runs every survey of the source, and shows each one's execution", async () => {
  const { code, stdout, stderr } = await captured(() => runCommand({ stateDir, survey: "all" }));
  expect(code).toBe(0);
  expect(stderr).toMatch(/✓ pr \d/);
  expect(stdout).toMatch(/^pr +succeeded +\S+ \S+ +pr-\S+$/m);
  expect(stdout).toMatch(/^SUCCEEDED all-\S+ in /m);
  const listed = await captured(() => historyCommand(undefined, { stateDir, survey: "all" }));
  expect(listed.stdout).toMatch(/^SUCCEEDED +all-\S+ .* all +sample +\d+ survey/m);
  const own = await captured(() => historyCommand(undefined, { stateDir, survey: "pr" }));
  expect(own.stdout).toMatch(/^SUCCEEDED +pr-\S+ /m);
  expect(own.stdout).not.toContain("all-");
}, 120_000);

test("quest run --survey all takes nothing that is about one survey", async () => {
  expect(await captured(() => runCommand({ stateDir, survey: "all", years: [2015, 2016] }))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("--survey all runs each survey with its defaults"),
  });
});

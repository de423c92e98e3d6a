import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { historyCommand } from "@data-quest/cli/history";
import { reportCommand } from "@data-quest/cli/report";
import { runCommand } from "@data-quest/cli/run";
import { afterAll, expect, test } from "vitest";
import { captured } from "./captured.ts";

const stateDir = mkdtempSync(join(tmpdir(), "all-surveys-"));
afterAll(() => rmSync(stateDir, { recursive: true }));

test("quest run --survey all runs every survey of the source, and shows each one's execution", async () => {
  const { code, stdout, stderr } = await captured(() => runCommand({ stateDir, survey: "all" }));
  expect(code).toBe(0);
  expect(stderr).toMatch(/✓ pr \d/);
  for (const survey of ["cu", "pr"])
    expect(stdout).toMatch(new RegExp(`^${survey} +succeeded +\\S+ \\S+ +${survey}-\\S+$`, "m"));
  expect(stdout).toMatch(/^SUCCEEDED all-\S+ in /m);
  const listed = await captured(() => historyCommand(undefined, { stateDir, survey: "all" }));
  expect(listed.stdout).toMatch(/^SUCCEEDED +all-\S+ .* all +sample +\d+ survey/m);
  const own = await captured(() => historyCommand(undefined, { stateDir, survey: "pr" }));
  expect(own.stdout).toMatch(/^SUCCEEDED +pr-\S+ /m);
  expect(own.stdout).not.toContain("all-");
});

test("the survey cu of the sample has months, half-years, and series without a value", async () => {
  const { stdout } = await captured(() => reportCommand({ stateDir, survey: "cu" }));
  expect(stdout).toMatch(/^ {2}Files {4}\S+\n {2}In S3 {4}s3:\/\/data-quest-gold\/reports\/cu\/\S+\/$/m);
  expect(stdout).toContain("6 monthly, 2 semiannual, 2 without values");
  expect(stdout).toMatch(/^3\. CUUR0000SA0 in M13 with the year's population$/m);
  const { stdout: csv } = await captured(() => reportCommand({ stateDir, survey: "cu", csv: true }));
  // The area names come from a file that is not named after the area column.
  expect(csv).toMatch(/^CUUR0100SEHA,,,none,[^\n]*Northeast/m);
});

test("quest history shows the full name of a survey, and quest history and quest report suggest similar surveys", async () => {
  const list = await captured(() => historyCommand(undefined, { stateDir, survey: "cu", json: true }));
  const [{ name }] = JSON.parse(list.stdout);
  const { stdout } = await captured(() => historyCommand(name, { stateDir }));
  expect(stdout).toMatch(/^Survey {5}Consumer Price Index - All Urban Consumers \(cu\)$/m);
  const none = await captured(() => historyCommand(undefined, { stateDir, survey: "uc" }));
  expect(none.stdout).toContain("No executions of the survey uc. Did you mean cu?");
  const { code, stderr } = await captured(() => reportCommand({ stateDir, survey: "uc" }));
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining("no report of the survey uc. Did you mean cu?"),
  ]);
});

test("quest run --survey all refuses options that concern a single survey", async () => {
  expect(await captured(() => runCommand({ stateDir, survey: "all", years: [2015, 2016] }))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("--survey all runs each survey with its defaults"),
  });
});

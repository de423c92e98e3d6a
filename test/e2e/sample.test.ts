import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AnalysisResult } from "@data-quest/core/analysis/result";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Finished, parseOutcome, quest } from "./quest.ts";

describe("quest run on the bundled sample, in a fresh state directory", () => {
  const stateDir = mkdtempSync(join(tmpdir(), "data-quest-sample-"));
  let first: Finished;

  beforeAll(async () => {
    first = await quest(["run", "--state-dir", stateDir]);
  });
  afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

  test("succeeds and shows the three answers", () => {
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(
      /^\nMajor Sector Productivity and Costs \(pr\)\nData: pr\.data\.0\.Current\n/,
    );
    expect(first.stdout).toContain("317,437,383.0");
    expect(first.stdout).toContain("4,257,089.54");
    expect(first.stdout).toMatch(/PRS30006032 in Q01/);
    expect(first.stdout).toMatch(/2018 +0\.5 +322,903,030/);
    expect(first.stdout).toContain("SUCCEEDED");
  });

  test("says that the sample is synthetic", () => {
    expect(first.stdout).toContain("synthetic");
  });

  test("shows each state and each file on stderr, without colors in a pipe", () => {
    for (const state of ["DiscoverFiles", "SyncFiles", "FetchPopulation", "Settle", "Analyze"])
      expect(first.stderr).toContain(`✓ ${state}`);
    expect(first.stderr.match(/created {3}.*bls\/pr\/pr\./g)).toHaveLength(12);
    expect(first.stderr + first.stdout).not.toContain("\u001b[");
  });

  test("leaves the report as files, with the joined rows of 2013 to 2018", () => {
    const dir = join(stateDir, "reports", "pr");
    const [execution = ""] = readdirSync(dir);
    expect(readdirSync(join(dir, execution))).toEqual(
      expect.arrayContaining(["best-years.csv", "population-by-year.csv", "report.json"]),
    );
    const report = JSON.parse(readFileSync(join(dir, execution, "report.json"), "utf8"));
    const rows = report.seriesWithPopulation.rows.filter(
      (row: { year: number }) => row.year >= 2013 && row.year <= 2018,
    );
    expect(rows).toMatchObject([
      { year: 2013, value: "0.5", population: 311536594 },
      { year: 2014, value: "-0.1", population: 314107084 },
      { year: 2015, value: "-1.7", population: 316515021 },
      { year: 2016, value: "-1.4", population: 318558162 },
      { year: 2017, value: "0.9", population: 321004407 },
      { year: 2018, value: "0.5", population: 322903030 },
    ]);
  });

  test("prints one JSON document with --json, and uploads nothing the second time", async () => {
    const second = await quest(["run", "--state-dir", stateDir, "--json", "--settle", "0"]);
    expect(second.code).toBe(0);
    const outcome = parseOutcome(second);
    expect(outcome).toMatchObject({ status: "SUCCEEDED", error: null, cause: null });
    expect(AnalysisResult.parse(outcome.output).population.mean).toBe(317437383);
    expect(second.stderr.match(/unchanged .*bls\/pr\//g)).toHaveLength(12);
    expect(second.stderr).not.toMatch(/created|updated/);
  });

  test("lists both executions, newest first, and shows one", async () => {
    const { stdout } = await quest(["history", "--state-dir", stateDir, "--json"]);
    const names = JSON.parse(stdout).map(({ name }: { name: string }) => name);
    expect(names).toHaveLength(2);
    expect(names).toEqual(names.toSorted().reverse());
    const shown = await quest(["history", names[0], "--state-dir", stateDir]);
    expect(shown.stdout).toMatch(/SUCCEEDED[\s\S]*DiscoverFiles[\s\S]*Analyze/);
    const events = JSON.parse((await quest(["history", names[0], "--state-dir", stateDir, "--json"])).stdout);
    expect(events[0]).toMatchObject({ id: 1, type: "ExecutionStarted" });
    expect(events.at(-1)).toMatchObject({ type: "ExecutionSucceeded" });
  });
});

describe("the command line", () => {
  test.each([
    ["--input that is not JSON", ["run", "--input", "{verify}"], /--input is not valid JSON/],
    ["--input that is not an object", ["run", "--input", "[1]"], /must be a JSON object/],
    ["a source that is not a URL", ["run", "--source", "pr"], /--source pr: expected sample, live, or a URL/],
    ["--source live without a contact address", ["run", "--source", "live"], /contact/],
    [
      "a value given twice",
      ["run", "--survey", "pr", "--input", '{"survey":"cu"}'],
      /survey is specified twice/,
    ],
    [
      "--stage with a local option",
      ["run", "--stage", "production", "--source", "sample"],
      /leave out the source options/,
    ],
    ["--stage outside of sst shell", ["run", "--stage", "production"], /sst shell --stage production/],
    ["an unknown command", ["rum"], /unknown command 'rum'/],
    ["a missing execution", ["redrive", "nothing"], /The execution .* does not exist/],
  ])("refuses %s before anything runs", async (_, args, message) => {
    const stateDir = mkdtempSync(join(tmpdir(), "data-quest-refused-"));
    const local = args[0] === "rum" ? [] : ["--state-dir", stateDir];
    const { code, stdout, stderr } = await quest([...args, ...local]);
    rmSync(stateDir, { recursive: true, force: true });
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
    expect(stdout).toBe("");
  });

  test("shows help with examples for every command", async () => {
    const { stdout } = await quest(["--help"]);
    for (const command of [
      "run",
      "plan",
      "redrive",
      "history",
      "audit",
      "prune",
      "console",
      "local",
      "best-years",
      "replica",
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${command}`, "m"));
      const { stdout: help } = await quest([command, "--help"]);
      expect(help).toMatch(/Examples?:\n {2}\$ quest/);
      // A command stays on one line, so that users can copy and paste it.
      const sentences = help.split("\n").filter((line) => !line.startsWith("  $"));
      expect(sentences.filter((line) => line.length > 80)).toEqual([]);
    }
  });
});

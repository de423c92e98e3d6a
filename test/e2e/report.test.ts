import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Report } from "@data-quest/core/report/report";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Outcome, parseOutcome, quest } from "./quest.ts";

let dir: string;
let stateDir: string;
let outcome: Outcome;
const report = (...args: string[]) => quest(["report", "--state-dir", stateDir, ...args]);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "data-quest-report-"));
  stateDir = join(dir, "state");
  outcome = parseOutcome(await quest(["run", "--state-dir", stateDir, "--settle", "0", "--json", "--quiet"]));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe("quest report", () => {
  test("says how to make a report if there is none", async () => {
    const { code, stdout, stderr } = await report("--survey", "cu");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      `quest: s3://data-quest-gold has no report of the survey cu. To create one: npx quest run --survey cu --state-dir ${stateDir}\n`,
    );
  });

  test("shows the latest answers, and copies the files to the stated folder", async () => {
    const { code, stdout } = await report();
    expect(code).toBe(0);
    expect(stdout).toMatch(/mean +317,437,383\.0\n +standard deviation +4,257,089\.54 \(sample\)/);
    expect(stdout).toContain("3. PRS30006032 in Q01 with the year's population");
    expect(stdout).toContain("The sample's observations are synthetic");
    const folder = join(stateDir, "reports", "pr", outcome.name);
    expect(stdout).toContain(`  Page     ${join(folder, "index.html")}\n`);
    expect(readFileSync(join(folder, "index.html"), "utf8")).toMatch(/^<!doctype html>.*Synthetic data/s);
    for (const name of ["population-by-year.csv", "revisions.csv", "report.schema.json"])
      expect(existsSync(join(folder, name))).toBe(true);
  });

  test("prints report.json or best-years.csv, and with --excel, CSV for a spreadsheet", async () => {
    const [json, csv, excel, both] = await Promise.all([
      report("--json"),
      report("--csv"),
      report("--excel"),
      report("--json", "--csv"),
    ]);
    const document = Report.parse(JSON.parse(json.stdout));
    expect(document.execution.name).toBe(outcome.name);
    expect(document.revisions).toEqual({ outcome: "first" });
    const records = csv.stdout.split("\r\n");
    // Without --excel, the byte order mark is removed, because csv.DictReader treats it as part of the first
    // column's name.
    expect(records[0]).toMatch(/^series_id,year,value,basis,ties,/);
    expect(excel.stdout).toBe(`\uFEFF${csv.stdout}`);
    expect(records).toHaveLength(document.bestYears.series + 2);
    expect(both.code).toBe(1);
    expect(both.stderr).toContain("option '--json' cannot be used with option '--csv'");
  });
});

describe.skipIf(process.platform !== "linux")("quest report --open", () => {
  /** Opens the page with a PATH in which xdg-open is this script. Without a script, the PATH has no xdg-open. */
  async function open(script?: string) {
    const bin = mkdtempSync(join(dir, "bin-"));
    const opener = join(bin, "xdg-open");
    if (script !== undefined) {
      writeFileSync(opener, `#!/bin/sh\n${script}\n`);
      chmodSync(opener, 0o755);
    }
    const finished = await quest(["report", "--state-dir", stateDir, "--json", "--open"], { PATH: bin });
    const opened = join(bin, "opened");
    return { ...finished, opened: existsSync(opened) ? readFileSync(opened, "utf8") : undefined };
  }

  test("passes the page to the platform's opener", async () => {
    const { code, opened = "" } = await open(`printf %s "$1" > "\${0%/*}/opened"`);
    expect(code).toBe(0);
    expect(opened).toBe(join(stateDir, "reports", "pr", outcome.name, "index.html"));
    expect(readFileSync(opened, "utf8")).toContain("<h1>");
  });

  test("succeeds and prints the path of the page if there is no opener, or if the opener fails", async () => {
    const page = join(stateDir, "reports", "pr", outcome.name, "index.html");
    const answer = { code: 0, stderr: `No browser could be opened. Open this page yourself: ${page}\n` };
    expect(await open()).toMatchObject(answer);
    expect(await open("exit 3")).toMatchObject(answer);
  });
});

import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { auditCommand } from "@data-quest/cli/audit";
import { costCommand } from "@data-quest/cli/cost";
import { historyCommand } from "@data-quest/cli/history";
import { planCommand } from "@data-quest/cli/plan";
import { redriveCommand } from "@data-quest/cli/redrive";
import { type RunOptions, runCommand } from "@data-quest/cli/run";
import { restoreCommand, versionsCommand } from "@data-quest/cli/versions";
import { startDirectLambda } from "@data-quest/lambda-host/direct";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import {
  deployedFunctions,
  resourceVariables,
  stateMachineArn,
} from "@data-quest/local/deployment/deployment";
import { findRunning } from "@data-quest/local/running";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BRONZE, type Laptop, openLaptop } from "../e2e/laptop.ts";
import { captured, capturedOnTerminal } from "./captured.ts";

const LATER = new Date("2026-02-05T13:30:00Z");
const header = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";
const row = "PRS30006032      \t2013\tQ01\t         0.5\t\r\n";
const population = "usa-api-sync/population/nation_population.json";

let laptop: Laptop;
let stateDir: string;
beforeAll(async () => {
  laptop = await openLaptop();
  stateDir = laptop.stateDir;
  await laptop.publish("pr/pr.data.0.Current", header + row);
  await laptop.publish("pr/pr.class", "first\r\n");
  await laptop.publish("pr/README", "read me\r\n");
});
afterAll(() => laptop.close());

const run = (options: Partial<RunOptions> = {}) =>
  captured(() => runCommand({ stateDir, settle: 0, ...options }));
const nameIn = ({ stdout }: { stdout: string }) => JSON.parse(stdout).executionArn.split(":").at(-1);

describe("quest plan", () => {
  const plan = (options = {}) => captured(() => planCommand({ stateDir, ...options }));

  test("exits with 2 before the first run and with 0 after it, and writes nothing to S3", async () => {
    const before = await plan();
    expect(before.code).toBe(2);
    expect(before.stdout.replaceAll(/ +/g, " ")).toMatch(/^create 9 B pr\/README new at the source$/m);
    expect(before.stdout).toContain("4 to create");
    expect(before.stdout).toMatch(
      /^Major Sector Productivity and Costs \(pr\)\nData: pr\.data\.0\.Current\n\n/,
    );
    expect((await run()).code).toBe(0);
    // The audit of the run and the index of surveys are written after its end.
    await laptop.idle();
    laptop.s3Requests.length = 0;
    const after = await plan();
    expect(after).toMatchObject({ code: 0, stderr: "" });
    expect(after.stdout).toContain("nothing to do (4 to keep)");
    const operations = laptop.s3Requests.map(({ operation }) => operation);
    expect(operations.filter((operation) => !/^(Get|Head|List)/.test(operation))).toEqual([]);
    expect(operations).not.toEqual([]);
  });

  test("prints one JSON document with --json", async () => {
    await laptop.publish("pr/pr.class", "second\r\n", LATER);
    const { code, stdout } = await plan({ json: true });
    expect(code).toBe(2);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      survey: "pr",
      name: "Major Sector Productivity and Costs",
      dataFiles: { files: ["pr.data.0.Current"], choice: "pr.data.0.Current" },
      source: `${laptop.replica.timeSeries}pr/`,
      toDo: 1,
      bytes: 8,
    });
    expect(document.files).toHaveLength(4);
    expect(document.files).toContainEqual({
      key: "bls/pr/pr.class",
      action: "download",
      bytes: 8,
      reason: expect.any(String),
    });
  });

  test("shows the stored size of what is kept, and counts only what is fetched", async () => {
    const { stdout } = await plan({ json: true });
    const { files } = JSON.parse(stdout);
    expect(files).toContainEqual(expect.objectContaining({ key: "bls/pr/README", action: "keep", bytes: 9 }));
    expect((await plan()).stdout.replaceAll(/ +/g, " ")).toMatch(/^keep 9 B pr\/README /m);
    expect((await plan()).stdout).toContain("1 to download, 8 B to fetch");
  });

  test("fits the width of a terminal, including the summary", async () => {
    const { stdout } = await capturedOnTerminal(60, () => planCommand({ stateDir }));
    expect(stdout.replaceAll("\n", " ")).toContain("3 to keep, 1 to download, 8 B to fetch");
    expect(stdout.split("\n").filter((line) => line.length > 60)).toEqual([]);
  });

  test("waits for a short time if the source requests it, and says so", async () => {
    const busy = (retryAfter: number) =>
      laptop.replica.setFaults([
        { match: "listing", times: 1, fault: { kind: "status", status: 503, retryAfter } },
      ]);
    busy(1);
    expect(await plan()).toMatchObject({
      code: 2,
      stderr: "The source is busy: waiting 1 s, as it requested\n",
    });
    busy(3600);
    expect(await plan()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^SourceBusy: .* in 3600 s/),
    });
    laptop.replica.setFaults([]);
  });

  test("exits with 1 and prints nothing on stdout if no plan is possible", async () => {
    expect(await plan({ survey: "zz" })).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^SourceNotFound: There is no survey at .*\/zz\//),
    });
    expect((await plan({ survey: "cuu" })).stderr).toContain("Did you mean cu?");
    expect(await plan({ input: '{"verfiy":true}' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("InvalidInput: --input: Unrecognized key"),
    });
  });

  test("has nothing to do for a run without refresh", async () => {
    expect(await plan({ input: '{"refresh":false}' })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("without refresh fetches nothing"),
    });
  });
});

describe("quest versions and quest restore", () => {
  const versionsOf = async (file: string) => {
    const { stdout } = await captured(() => versionsCommand(file, { stateDir, json: true }));
    return JSON.parse(stdout);
  };

  test("list versions and restore an old one, which later runs hold until the source is accepted", async () => {
    await run();
    const { key, versions } = await versionsOf("pr.class");
    expect(key).toBe("bls/pr/pr.class");
    expect(versions).toMatchObject([
      { bytes: 8, current: true },
      { bytes: 7, current: false },
    ]);
    const version = versions[1].versionId;

    const restored = await capturedOnTerminal(80, () =>
      restoreCommand("pr/pr.class", { stateDir, version: version.slice(0, 10) }),
    );
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    expect(restored.stdout.replaceAll("\n", " ")).toContain(
      `s3://${BRONZE}/bls/pr/pr.class now has the content of ${version}, as version `,
    );
    const sentences = restored.stdout.split("\n").filter((line) => !line.startsWith("  npx quest "));
    expect(sentences.filter((line) => line.length > 80)).toEqual([]);
    const { timeSeries, population: populationSource } = laptop.replica;
    expect(restored.stdout).toContain(
      `  npx quest run --survey pr --accept-source ${key} --source ${timeSeries} --population-source ${populationSource} --contact test@example.com --state-dir ${stateDir}\n`,
    );
    expect((await laptop.read(BRONZE, key)).toString()).toBe("first\r\n");

    const held = await run();
    expect(held.stderr).toMatch(/held .* bls\/pr\/pr\.class .*the source differs/);
    const listed = await captured(() => versionsCommand("bls/pr/pr.class", { stateDir }));
    expect(listed.stdout.split("\n")[2]).toMatch(/ 7 B .* an operator +current, held: restored$/);
    for (const line of listed.stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);

    const accepted = await run({ acceptSource: ["pr.class"] });
    expect(accepted.stderr).toMatch(
      /updated .* bls\/pr\/pr\.class the source is accepted in place of the held version/,
    );
    expect((await laptop.read(BRONZE, key)).toString()).toBe("second\r\n");
    expect((await versionsOf("pr.class")).versions).toHaveLength(4);
  });

  test("also work for the population file, which is analyzed again after it is restored", async () => {
    const up = await findRunning(stateDir);
    const s3 = new S3Client({ endpoint: up?.endpoint ?? "", ...clientSettings(localEnvironment()) });
    const Body = await laptop.read(BRONZE, population);
    await s3.send(new PutObjectCommand({ Bucket: BRONZE, Key: population, Body }));
    s3.destroy();
    const { versions } = await versionsOf("nation_population.json");
    const version = versions[1].versionId;
    const { stdout } = await captured(() =>
      restoreCommand("nation_population.json", { stateDir, version, json: true }),
    );
    const restored = JSON.parse(stdout);
    expect(restored).toMatchObject({ key: population, restoredFrom: version, version: { held: "restored" } });
    const execution = `correction-pr-${restored.version.versionId}`;
    const history = async () => (await captured(() => historyCommand(execution, { stateDir }))).stdout;
    await expect.poll(history).toContain(`${execution}  SUCCEEDED`);
  });

  test("say what does not exist", async () => {
    expect(await captured(() => versionsCommand("pr.nothing", { stateDir }))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`s3://${BRONZE}/bls/pr/pr.nothing has no version`),
    });
    expect(await captured(() => restoreCommand("pr.class", { stateDir, version: "none" }))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("No version starts with none. The versions are:"),
    });
    expect(await captured(() => versionsCommand("README", { stateDir }))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("README does not include its survey"),
    });
  });
});

describe("quest audit", () => {
  const audit = (options = {}) => captured(() => auditCommand({ stateDir, ...options }));
  const audits = async (options = {}) => JSON.parse((await audit({ ...options, json: true })).stdout);

  test("includes a failed run, a run that failed before its listing, and the result of a redrive", async () => {
    await laptop.publish("pr/pr.data.9.Bad", "<html>not a data file</html>\r\n");
    const failed = await run({ json: true });
    expect(failed.code).toBe(1);
    const name = nameIn(failed);
    const of = async () => (await audits({ survey: "pr" })).find(({ execution = "" }) => execution === name);
    // The audit is written after the execution has ended, and the command does not wait for it.
    await expect.poll(of).toMatchObject({ status: "FAILED", survey: "pr" });
    const bad = async () => (await of()).rows.find(({ file = "" }) => file === "bls/pr/pr.data.9.Bad");
    expect(await bad()).toMatchObject({
      // One attempt in SyncFiles, and one in SyncFailedFiles.
      action: "failed",
      attempts: 2,
      error: expect.stringContaining("FileRefused"),
    });

    await laptop.publish("pr/pr.data.9.Bad", header + row);
    const redriven = await captured(() => redriveCommand(name, { stateDir }));
    expect(redriven.code).toBe(0);
    await expect.poll(of).toMatchObject({ status: "SUCCEEDED" });
    expect(await bad()).toMatchObject({ action: "created", attempts: 3, error: null });
    const { stdout } = await audit({ file: "pr.data.9.Bad" });
    const [line, ...others] = stdout.split("\n").slice(1, -1);
    expect(others).toEqual([]);
    expect(line?.replaceAll(/ +/g, " ")).toMatch(
      new RegExp(`^\\S+ \\S+ ${name} created 101 B 3 pr/pr.data.9.Bad new at the source$`),
    );

    await run({ survey: "zz" });
    const zz = () => audits({ survey: "zz" });
    await expect.poll(zz).toMatchObject([{ status: "FAILED", rows: [] }]);
    expect((await audit({ survey: "zz" })).stdout).toContain("the execution ended before it had a listing");
  });

  test("selects by day and file", async () => {
    expect(await audits({ since: "2100-01-01" })).toEqual([]);
    expect(await audit({ since: "2100-01-01" })).toMatchObject({ code: 0, stdout: "" });
    expect(await audit({ file: "pr.nothing" })).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("No audit records match"),
    });
    const today = new Date().toISOString().slice(0, 10);
    for (const { rows } of await audits({ since: today, file: population }))
      expect(rows).toMatchObject([{ file: population }]);
    for (const since of [
      "soon",
      "2026-02-30",
      "2026-02-30T10:00",
      "2026-09-03T25:00",
      "9/3/2026",
      "2026-09-03 now",
    ])
      expect(await audit({ since })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`--since ${since}: expected a day`),
      });
  });

  test("interprets a time without a zone as UTC", async () => {
    const times: string[] = (await audits()).flatMap(({ rows = [] }) => rows).map(({ time = "" }) => time);
    const minute = times.sort().at(-1)?.slice(0, 16) ?? "";
    const expected = times.filter((time) => time >= minute).length;
    for (const since of [minute, `${minute}Z`, `${minute}:00.000`, `${minute}:00+00:00`]) {
      const { stdout } = await captured(() => auditCommand({ stateDir, since, json: true }), {
        TZ: "America/New_York",
      });
      expect(JSON.parse(stdout).flatMap(({ rows = [] }) => rows)).toHaveLength(expected);
    }
  });

  test("shows the status of the execution, even if a late event has another status", async () => {
    const { endpoint, deployment, ...addresses } = (await findRunning(stateDir)) ?? expect.fail("none is up");
    const lambda = startDirectLambda({
      functions: deployedFunctions(),
      environment: {
        ...localEnvironment(),
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_ENDPOINT_URL_SFN: endpoint,
        ...resourceVariables(deployment, addresses),
      },
      log: () => undefined,
    });
    try {
      const [{ execution, key }] = await audits({ file: "pr.data.9.Bad" });
      const executionArn = `${stateMachineArn.replace("stateMachine", "execution")}:${execution}`;
      const startDate = Date.parse(`${key.split("/").slice(2, 4).join("-")}-02`);
      const detail = { executionArn, name: execution, status: "FAILED", startDate };
      const call = { signal: new AbortController().signal, executionArn };
      expect(await lambda.invoke("WriteAudit", JSON.stringify({ detail }), call)).toEqual({
        payload: expect.stringContaining(key),
      });
      expect(await audits({ file: "pr.data.9.Bad" })).toMatchObject([{ execution, status: "SUCCEEDED" }]);
    } finally {
      await lambda.close();
    }
  });
});

describe("quest cost", () => {
  test("uses the last successful run, says it estimates, and counts at most twice the real S3 requests", async () => {
    laptop.s3Requests.length = 0;
    await run();
    const keys = () => laptop.s3Requests.map(({ key }) => key);
    await expect.poll(keys).toContainEqual(expect.stringMatching(/^audit\//));
    const real = { write: 0, read: 0 };
    for (const { operation } of laptop.s3Requests)
      real[/^(Put|Post|Copy|List|Create|Complete|Upload)/.test(operation) ? "write" : "read"]++;
    const { code, stdout } = await captured(() => costCommand(undefined, { stateDir, json: true }));
    expect(code).toBe(0);
    const { run: estimate, month } = JSON.parse(stdout);
    const quantity = (name: string) => estimate.items.find(({ item = "" }) => item === name).quantity;
    expect(quantity("State transitions")).toBe(7 + 2 * 4);
    expect(quantity("Lambda requests")).toBe(3 + 4 + 1);
    expect(quantity("S3 writes and listings")).toBeGreaterThanOrEqual(real.write);
    expect(quantity("S3 writes and listings")).toBeLessThanOrEqual(2 * real.write);
    expect(quantity("S3 reads")).toBeGreaterThanOrEqual(real.read);
    expect(quantity("S3 reads")).toBeLessThanOrEqual(2 * real.read);
    expect(month.total).toBeGreaterThan(30 * estimate.total);

    const text = await captured(() => costCommand(undefined, { stateDir }));
    expect(text.stdout).toMatch(/^This is an estimate, not a bill\. /);
    expect(text.stdout).toMatch(/^One run +\d\.\d{6}$/m);
    expect(text.stdout).toContain("Not counted: CloudWatch");
  });

  test("finds executions by name, and reports missing ones", async () => {
    expect(await captured(() => costCommand("nobody", { stateDir }))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("The execution nobody does not exist"),
    });
  });
});

test("the advice after a failure fits the terminal", async () => {
  const columns = 48;
  const failed = await capturedOnTerminal(columns, () =>
    runCommand({ stateDir, settle: 0, survey: "zz", quiet: true }),
  );
  const [, name = ""] = /FAILED (\S+)/.exec(failed.stdout) ?? [];
  const history = await capturedOnTerminal(columns, () => historyCommand(name, { stateDir }));
  for (const { stdout } of [failed, history]) {
    const lines = stdout.split("\n");
    const first = lines.findIndex((line) => line.includes("Start a new run"));
    const advice = lines.slice(first, first + 2);
    expect(advice.map((line) => line.trim()).join(" ")).toBe(
      "Start a new run with a survey that the source has.",
    );
    for (const line of advice) expect(line.length).toBeLessThanOrEqual(columns);
  }
});

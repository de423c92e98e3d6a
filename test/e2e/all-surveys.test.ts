import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  type ExecutionListItem,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { populationKey } from "@data-quest/core/population/population";
import { SurveyIndex } from "@data-quest/core/surveys/survey-index";
import { allSurveysArn, stateMachineArn } from "@data-quest/local/deployment/deployment";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BRONZE, GOLD, type Laptop, openLaptop } from "./laptop.ts";

const header = "series_id\tyear\tperiod\tvalue\tfootnote_codes\r\n";
const good = (survey: string) => `${header}${survey.toUpperCase()}S0001\t2015\tM01\t1.1\t\r\n`;
const surveys = ["aa", "bb", "cc", "dd"];

let laptop: Laptop;

beforeAll(async () => {
  laptop = await openLaptop({ surveys: "all" });
  for (const survey of surveys) await laptop.publish(`${survey}/${survey}.data.0.Current`, good(survey));
  await mkdir(join(laptop.sourceDir, "ee"));
  await laptop.publish("not-a-survey/file.txt", "x");
});
afterAll(() => laptop.close());

describe("a run of all surveys", () => {
  test("runs Pipeline for each survey and skips a survey without files", async () => {
    const { status, output } = await runAll({}, "first");
    expect(status).toBe("SUCCEEDED");
    expect(JSON.parse(output ?? "")).toMatchObject({ surveys: 5, succeeded: 4, empty: ["ee"], failed: [] });
    const index = await readIndex();
    expect(index.map(({ survey, status, files, report }) => [survey, status, files, report])).toEqual([
      ...surveys.map((survey) => [survey, "SUCCEEDED", 1, `${survey}/latest/index.html`]),
      ["ee", "EMPTY", null, null],
    ]);
    expect(index.map(({ name }) => name)).toEqual([
      null,
      null,
      "Employer Costs for Employee Compensation (SIC 1986-2003)",
      null,
      "Employment, Hours, and Earnings-National (SIC)",
    ]);
    expect(index[0]).toMatchObject({
      bytes: good("aa").length,
      changedAtSource: "2026-01-29T13:30:00.000Z",
      changes: { created: 1, updated: 0, removed: 0, held: 0 },
    });
    const page = (await laptop.read(GOLD, "reports/index.html")).toString();
    for (const [, link] of page.matchAll(/href="([^"]+)"/g))
      expect(await laptop.keys(GOLD)).toContain(`reports/${link}`);
  });

  test("requests only the listings from BLS if nothing has changed", async () => {
    laptop.replica.requests.length = 0;
    const { status } = await runAll({}, "second");
    expect(status).toBe("SUCCEEDED");
    const paths = laptop.replica.requests.map(({ path }) => path).filter((path) => path.startsWith("/pub/"));
    expect(paths.sort()).toEqual([
      "/pub/time.series/",
      ...[...surveys, "ee"].map((survey) => `/pub/time.series/${survey}/`),
    ]);
    expect((await readIndex())[0]?.changes).toEqual({ created: 0, updated: 0, removed: 0, held: 0 });
  });

  test("syncs fewer files at a time in each survey than a run of a single survey", async () => {
    const { executions = [] } = await laptop.stepFunctions.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: "SUCCEEDED", maxResults: 1 }),
    );
    const events = await laptop.history(executions[0]?.executionArn ?? "");
    const discovered = events.find(({ stateExitedEventDetails: exit }) => exit?.name === "DiscoverFiles");
    const found = discovered?.stateExitedEventDetails?.output;
    expect(JSON.parse(found ?? "null")).toMatchObject({ settings: { concurrency: 2 } });
  });

  test("runs the other surveys if some fail, and lists the executions to redrive", async () => {
    await laptop.publish(
      "bb/bb.data.0.Current",
      "series_id\tyear\tperiod\tvalue\r\nnonsense\r\n",
      new Date(),
    );
    const failed = await runAll({}, "third");
    expect(failed).toMatchObject({ status: "FAILED", error: "SurveysFailed" });
    const [, child = ""] = /bb \(\w+\): (bb-[\w-]+)/.exec(failed.cause ?? "") ?? [];
    expect(failed.cause).toContain("1 of 5 surveys failed. Redrive these executions of Pipeline");
    expect(child).not.toBe("");
    const entry = (await readIndex()).find(({ survey }) => survey === "bb");
    expect(entry).toMatchObject({ status: "FAILED", execution: child, report: "bb/latest/index.html" });
    expect((await readIndex()).filter(({ status }) => status === "SUCCEEDED")).toHaveLength(3);

    // A redrive of AllSurveys itself enters only its last state again.
    const executions = await executionsOf(stateMachineArn);
    const executionArn = failed.executionArn ?? "";
    await laptop.stepFunctions.send(new RedriveExecutionCommand({ executionArn }));
    expect(await ended(executionArn)).toMatchObject({ status: "FAILED", error: "SurveysFailed" });
    expect(await executionsOf(stateMachineArn)).toHaveLength(executions.length);

    // The next execution of the survey corrects the index, without AllSurveys.
    await laptop.publish("bb/bb.data.0.Current", good("bb"), new Date());
    await runOne("bb");
    expect((await readIndex()).find(({ survey }) => survey === "bb")).toMatchObject({ status: "SUCCEEDED" });
  });

  test("ends at once and changes nothing while another run of all surveys is syncing", async () => {
    const starts = await Promise.all(["one", "two"].map((name) => start({}, name)));
    const results = await Promise.all(starts.map(ended));
    expect(results.map(({ status }) => status)).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    const outputs = results.map(({ output }) => JSON.parse(output ?? ""));
    expect(outputs.filter(({ runningExecution }) => runningExecution !== undefined)).toHaveLength(1);
  });

  test("analyzes what is stored if refresh is false, even during another run of all surveys", async () => {
    laptop.replica.requests.length = 0;
    const starts = await Promise.all(["three", "four"].map((name) => start({ refresh: false }, name)));
    for (const { status, output } of await Promise.all(starts.map(ended))) {
      expect(status).toBe("SUCCEEDED");
      expect(JSON.parse(output ?? "")).toMatchObject({ surveys: 4, succeeded: 4 });
    }
    expect(laptop.replica.requests).toEqual([]);
  });

  test("starts only once after a correction of the population, and analyzes what is stored", async () => {
    await laptop.idle();
    const before = (await executionsOf(allSurveysArn)).length;
    laptop.replica.requests.length = 0;
    const Body = await laptop.read(BRONZE, populationKey);
    await laptop.s3.send(new PutObjectCommand({ Bucket: BRONZE, Key: populationKey, Body }));
    await laptop.idle();
    const [correction, ...earlier] = await executionsOf(allSurveysArn);
    expect(earlier).toHaveLength(before);
    expect(correction?.name).toMatch(/^correction-all-/);
    const { input, output } = await ended(correction?.executionArn ?? "");
    expect(JSON.parse(input ?? "")).toEqual({ refresh: false });
    expect(JSON.parse(output ?? "")).toMatchObject({ surveys: 4, succeeded: 4 });
    const names = (await executionsOf(stateMachineArn)).map(({ name }) => name);
    expect(names.filter((name) => name?.startsWith("correction-"))).toEqual([]);
    expect(laptop.replica.requests).toEqual([]);
  });

  test("refuses a survey that does not exist, and an unknown key", async () => {
    const unknown = await runAll({ surveys: ["aa", "zz"] }, "unknown");
    expect(unknown).toMatchObject({ status: "FAILED", error: "InvalidInput" });
    expect(unknown.cause).toContain("zz");
    expect(await runAll({ survey: "aa" }, "typo")).toMatchObject({ status: "FAILED", error: "InvalidInput" });
  });
});

async function start(input: object, name: string): Promise<string> {
  const { executionArn = "" } = await laptop.stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn: allSurveysArn, name, input: JSON.stringify(input) }),
  );
  return executionArn;
}

async function runAll(input: object, name: string) {
  return ended(await start(input, name));
}

async function runOne(survey: string) {
  const { executionArn = "" } = await laptop.stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ survey, settleSeconds: 0 }) }),
  );
  return ended(executionArn);
}

async function ended(executionArn: string) {
  await laptop.idle();
  return laptop.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
}

/** The executions of a state machine, newest first. */
async function executionsOf(stateMachineArn: string): Promise<ExecutionListItem[]> {
  const { executions = [] } = await laptop.stepFunctions.send(new ListExecutionsCommand({ stateMachineArn }));
  return executions;
}

async function readIndex() {
  await laptop.idle();
  return SurveyIndex.parse(JSON.parse((await laptop.read(GOLD, "reports/index.json")).toString())).surveys;
}

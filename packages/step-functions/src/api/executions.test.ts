import { cpSync, rmSync } from "node:fs";
import {
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCalls, raise } from "../interpreter/lambda.test-support.ts";
import type { StatusChange } from "../status-change.ts";
import { createStepFunctions } from "../step-functions.ts";
import {
  definitionOf,
  executionArn,
  machineArn,
  passing,
  type Served,
  serve,
  waiting,
  working,
} from "./served.test-support.ts";

let served: Served;
let failing = false;
const changes: StatusChange[] = [];
beforeEach(async () => {
  failing = false;
  changes.length = 0;
  served = await serve({
    invokeLambda: async (_name, payload) => (failing ? raise("Broken", "for now") : { payload }),
    onStatusChange: (detail) => void changes.push(detail),
  });
});
afterEach(() => served.close());

describe("executions", () => {
  test("that are running are not started again with the same name and input", async () => {
    await served.create("W", waiting);
    const first = await served.start("W", "one", '{"a":1}');
    expect(first.executionArn).toBe(executionArn("W", "one"));
    expect((await served.start("W", "one", '{"a":1}')).startDate).toEqual(first.startDate);
    const other = served.start("W", "one", '{"a":2}');
    await expect(other).rejects.toMatchObject({
      name: "ExecutionAlreadyExists",
      message: `Execution Already Exists: '${executionArn("W", "one")}'`,
    });
    await served.client.send(new StopExecutionCommand({ executionArn: executionArn("W", "one") }));
    await expect(served.start("W", "one", '{"a":1}')).rejects.toMatchObject({
      name: "ExecutionAlreadyExists",
    });
  });

  test("are refused if the name or input is bad, or the state machine does not exist", async () => {
    await served.create("M", passing);
    for (const name of ["a/b", "a\ufffe", "a\u{1f600}"])
      await expect(served.start("M", name)).rejects.toMatchObject({ name: "InvalidName" });
    await expect(served.start("M", "x", "{")).rejects.toMatchObject({ name: "InvalidExecutionInput" });
    await expect(served.start("M", "x", JSON.stringify("x".repeat(262_144)))).rejects.toMatchObject({
      name: "InvalidExecutionInput",
    });
    const deep = `${"[".repeat(1001)}${"]".repeat(1001)}`;
    await expect(served.start("M", "x", deep)).rejects.toMatchObject({ name: "InvalidExecutionInput" });
    await expect(served.start("N", "x")).rejects.toMatchObject({ name: "StateMachineDoesNotExist" });
  });

  test("are described with input and output", async () => {
    await served.create("M", passing);
    await served.start("M", "one", '{"a":[1]}');
    const ended = await served.ended(executionArn("M", "one"));
    expect(ended).toMatchObject({
      executionArn: executionArn("M", "one"),
      stateMachineArn: machineArn("M"),
      name: "one",
      status: "SUCCEEDED",
      input: '{"a":[1]}',
      inputDetails: { included: true },
      output: '{"a":[1]}',
      outputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: "Execution is SUCCEEDED and cannot be redriven.",
    });
    expect(ended.stopDate?.getTime()).toBeGreaterThanOrEqual(
      ended.startDate?.getTime() ?? Number.POSITIVE_INFINITY,
    );
    const bare = new DescribeExecutionCommand({
      executionArn: executionArn("M", "one"),
      includedData: "METADATA_ONLY",
    });
    const metadata = await served.client.send(bare);
    expect(metadata.status).toBe("SUCCEEDED");
    expect([metadata.input, metadata.output]).toEqual([undefined, undefined]);
    const missing = new DescribeExecutionCommand({ executionArn: executionArn("M", "two") });
    await expect(served.client.send(missing)).rejects.toMatchObject({ name: "ExecutionDoesNotExist" });
  });

  test("are listed latest first, filtered, page by page", async () => {
    await served.create("W", waiting);
    await served.create("M", passing);
    for (const name of ["a", "b", "c"]) await served.start("W", name);
    await served.start("M", "other");
    const { client } = served;
    await client.send(new StopExecutionCommand({ executionArn: executionArn("W", "b") }));
    const list = async (more: object) => {
      const answer = await client.send(
        new ListExecutionsCommand({ stateMachineArn: machineArn("W"), ...more }),
      );
      return { names: answer.executions?.map(({ name }) => name).sort(), nextToken: answer.nextToken };
    };
    expect(await list({})).toEqual({ names: ["a", "b", "c"], nextToken: undefined });
    expect(await list({ statusFilter: "ABORTED" })).toMatchObject({ names: ["b"] });
    expect(await list({ statusFilter: "RUNNING", redriveFilter: "NOT_REDRIVEN" })).toMatchObject({
      names: ["a", "c"],
    });
    expect(await list({ redriveFilter: "REDRIVEN" })).toMatchObject({ names: [] });
    const first = await list({ maxResults: 2 });
    const second = await list({ maxResults: 2, nextToken: first.nextToken });
    expect([...(first.names ?? []), ...(second.names ?? [])].sort()).toEqual(["a", "b", "c"]);
    await expect(list({ maxResults: 1001 })).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("Value at 'maxResults' failed to satisfy constraint"),
    });
    await expect(list({ stateMachineArn: undefined })).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("are listed completely even if executions on the first page end before the second request", async () => {
    await served.create("W", waiting);
    for (const name of ["a", "b", "c", "d"]) await served.start("W", name);
    const { client } = served;
    const list = async (nextToken?: string) => {
      const command = {
        stateMachineArn: machineArn("W"),
        statusFilter: "RUNNING",
        maxResults: 2,
        nextToken,
      } as const;
      const { executions = [], nextToken: next } = await client.send(new ListExecutionsCommand(command));
      return { names: executions.map(({ name }) => name ?? ""), next };
    };
    const first = await list();
    for (const name of first.names)
      await client.send(new StopExecutionCommand({ executionArn: executionArn("W", name) }));
    const second = await list(first.next);
    expect([...first.names, ...second.names].sort()).toEqual(["a", "b", "c", "d"]);
    expect(second.next).toBeUndefined();
  });
  test("can be filtered by PENDING_REDRIVE only for a Map Run", async () => {
    await served.create("M", passing);
    const command = new ListExecutionsCommand({
      stateMachineArn: machineArn("M"),
      statusFilter: "PENDING_REDRIVE",
    });
    await expect(served.client.send(command)).rejects.toMatchObject({ name: "ValidationException" });
  });
  test("are listed page by page even with names of the maximum length", async () => {
    const machine = "\u6f22".repeat(80);
    await served.create(machine, passing);
    for (const last of ["\u5b57", "\u6587"]) await served.start(machine, "\u6f22".repeat(79) + last);
    const request = { stateMachineArn: machineArn(machine), maxResults: 1 };
    const { nextToken } = await served.client.send(new ListExecutionsCommand(request));
    const second = await served.client.send(new ListExecutionsCommand({ ...request, nextToken }));
    expect(second.executions).toHaveLength(1);
  });
  test("are not listed for a Map Run, even if the request also specifies a state machine", async () => {
    await served.create("M", passing);
    const mapRunArn = "arn:aws:states:us-east-1:000000000000:mapRun:M/Map:one";
    for (const stateMachineArn of [undefined, machineArn("M")]) {
      const command = new ListExecutionsCommand({ stateMachineArn, mapRunArn });
      await expect(served.client.send(command)).rejects.toMatchObject({ name: "ValidationException" });
    }
  });
  test("are stopped with an error and a cause, unless they have ended", async () => {
    await served.create("W", waiting);
    await served.start("W", "one");
    const stop = new StopExecutionCommand({
      executionArn: executionArn("W", "one"),
      error: "Manual",
      cause: "enough",
    });
    const { stopDate } = await served.client.send(stop);
    const ended = await served.ended(executionArn("W", "one"));
    expect(ended).toMatchObject({
      status: "ABORTED",
      error: "Manual",
      cause: "enough",
      stopDate,
      redriveStatus: "REDRIVABLE",
    });
    const late = new StopExecutionCommand({ executionArn: executionArn("W", "one"), error: "Late" });
    expect((await served.client.send(late)).stopDate).toEqual(stopDate);
    expect(await served.ended(executionArn("W", "one"))).toMatchObject({ error: "Manual" });
  });

  test("are redriven from where they failed, once per token, and only when the service allows it", async () => {
    failing = true;
    await served.create("T", working);
    await served.start("T", "one");
    const arn = executionArn("T", "one");
    expect(await served.ended(arn)).toMatchObject({ status: "FAILED", error: "Broken" });
    failing = false;
    const redrive = () =>
      served.client.send(new RedriveExecutionCommand({ executionArn: arn, clientToken: "t" }));
    const { redriveDate } = await redrive();
    const ended = await served.ended(arn);
    expect(ended).toMatchObject({
      status: "SUCCEEDED",
      output: "5",
      redriveCount: 1,
      redriveDate,
    });
    expect(ended.error).toBeUndefined();
    expect(await redrive()).toMatchObject({ redriveDate });
    const again = new RedriveExecutionCommand({ executionArn: arn });
    await expect(served.client.send(again)).rejects.toMatchObject({
      name: "ExecutionNotRedrivable",
      message: "Execution is SUCCEEDED and cannot be redriven.",
    });
    await served.create("W", waiting);
    await served.start("W", "one");
    const running = new RedriveExecutionCommand({ executionArn: executionArn("W", "one") });
    await expect(served.client.send(running)).rejects.toMatchObject({
      message: "Execution is RUNNING and cannot be redriven.",
    });
    const missing = new RedriveExecutionCommand({ executionArn: executionArn("W", "x") });
    await expect(served.client.send(missing)).rejects.toMatchObject({ name: "ExecutionDoesNotExist" });
  });

  test("keep the definition that they started with", async () => {
    failing = true;
    await served.create("T", working);
    await served.start("T", "one");
    const arn = executionArn("T", "one");
    await served.ended(arn);
    await served.client.send(
      new UpdateStateMachineCommand({ stateMachineArn: machineArn("T"), definition: passing }),
    );
    const then = await served.client.send(new DescribeStateMachineForExecutionCommand({ executionArn: arn }));
    expect(then).toMatchObject({ stateMachineArn: machineArn("T"), name: "T", definition: working });
    failing = false;
    await served.client.send(new RedriveExecutionCommand({ executionArn: arn }));
    expect(await served.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: "5" });
  });

  test("report each new status as EventBridge does", async () => {
    failing = true;
    await served.create("T", working);
    await served.start("T", "one", "{}");
    const arn = executionArn("T", "one");
    await served.ended(arn);
    failing = false;
    await served.client.send(new RedriveExecutionCommand({ executionArn: arn }));
    await served.ended(arn);
    const seen = changes.map(({ status, redriveCount, redriveStatus, error, output }) => [
      status,
      redriveCount,
      redriveStatus,
      error,
      output,
    ]);
    expect(seen).toEqual([
      ["RUNNING", 0, "NOT_REDRIVABLE", null, null],
      ["FAILED", 0, "REDRIVABLE", "Broken", null],
      ["RUNNING", 1, "NOT_REDRIVABLE", null, null],
      ["SUCCEEDED", 1, "NOT_REDRIVABLE", null, "5"],
    ]);
    expect(changes[1]).toMatchObject({
      executionArn: arn,
      input: "{}",
      cause: expect.stringContaining("for now"),
    });
  });
});

test("an execution's end that a killed process did not report is reported once by the next process", async () => {
  const report = Promise.withResolvers<void>();
  await served.reopen({
    onStatusChange: ({ status }) => (status === "RUNNING" ? undefined : report.promise),
  });
  await served.create("M", passing);
  await served.start("M", "one");
  await served.ended(executionArn("M", "one"));
  const copy = `${served.dir}-killed`;
  cpSync(served.dir, copy, { recursive: true, filter: (path) => !path.endsWith("owner.json") });
  report.resolve();

  const reported: string[] = [];
  for (let start = 0; start < 2; start++) {
    const next = await createStepFunctions({
      dir: copy,
      invokeLambda: async (_name, payload) => ({ payload }),
      onStatusChange: ({ name, status }) => void reported.push(`${name} ${status}`),
    });
    await next.close();
  }
  rmSync(copy, { recursive: true });
  expect(reported).toEqual(["one SUCCEEDED"]);
});

test("an execution's end that could not be reported is logged, and reported at the next start", async () => {
  const problems: string[] = [];
  const failingReport = ({ status }: StatusChange) => {
    if (status !== "RUNNING") throw new Error("no space left");
  };
  await served.reopen({ onStatusChange: failingReport, onProblem: (problem) => problems.push(problem) });
  await served.create("M", passing);
  await served.start("M", "one");
  await served.ended(executionArn("M", "one"));
  const reported: string[] = [];
  await served.reopen({ onStatusChange: ({ status }) => void reported.push(status) });
  expect(problems).toEqual([
    expect.stringMatching(/SUCCEEDED of .*:M:one was not reported: .*no space left/),
  ]);
  await served.reopen();
  expect(reported).toEqual(["SUCCEEDED"]);
});

test("an execution that is running when the service closes is ABORTED, and can be redriven after the next start", async () => {
  const calls = openCalls();
  await served.reopen({ invokeLambda: calls.invokeLambda });
  await served.create("T", working);
  await served.start("T", "one", '"in"');
  await calls.called("in");
  await served.reopen();
  const arn = executionArn("T", "one");
  expect(await served.ended(arn)).toMatchObject({
    status: "ABORTED",
    redriveStatus: "REDRIVABLE",
    cause: expect.stringContaining("was closed"),
  });
  await served.client.send(new RedriveExecutionCommand({ executionArn: arn }));
  expect(await served.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: "5" });
});

describe("an expression that does not end", () => {
  test.each([
    ["a regular expression", `$contains('${"a".repeat(60)}!', /^(a+)+$/)`],
    ["an endless recursion", "($f := function($x) { $f($x + 1) }; $f(1))"],
  ])("blocks no request and is stopped with its execution: %s", async (_what, expression) => {
    await served.create(
      "Stuck",
      definitionOf({ P: { Type: "Pass", Output: `{% ${expression} %}`, End: true } }),
    );
    await served.create("M", passing);
    await served.start("Stuck", "one");
    await served.start("M", "one");
    expect(await served.ended(executionArn("M", "one"))).toMatchObject({ status: "SUCCEEDED" });
    const stuck = { executionArn: executionArn("Stuck", "one") };
    expect(await served.client.send(new DescribeExecutionCommand(stuck))).toMatchObject({
      status: "RUNNING",
    });
    await served.client.send(new StopExecutionCommand({ ...stuck, cause: "enough" }));
    expect(await served.client.send(new DescribeExecutionCommand(stuck))).toMatchObject({
      status: "ABORTED",
      cause: "enough",
    });
  });
});

import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  definitionOf,
  executionArn,
  machineArn,
  passing,
  type Served,
  serve,
  waiting,
} from "./api/served.test-support.ts";
import { raise } from "./interpreter/lambda.test-support.ts";

let served: Served;
let failing: boolean;
beforeEach(async () => {
  failing = false;
  served = await serve({
    invokeLambda: async (_name, payload) => (failing ? raise("Broken", "not today") : { payload }),
  });
});
afterEach(() => served.close());

const work = { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:Work", End: true };
const working = definitionOf({ Work: work });
const failed = definitionOf({ F: { Type: "Fail", Error: "Boom", Cause: "no reason" } });

/** A state machine with one task, which starts an execution of Child. */
function starting(
  mode: "" | ".sync" | ".sync:2",
  more: { Arguments?: object; [field: string]: unknown } = {},
) {
  const { Arguments, ...fields } = more;
  return definitionOf({
    Nest: {
      Type: "Task",
      Resource: `arn:aws:states:::states:startExecution${mode}`,
      Arguments: {
        StateMachineArn: machineArn("Child"),
        Name: "{% $states.context.Execution.Name & '-child' %}",
        Input: { k: 1 },
        ...Arguments,
      },
      ...("Next" in fields ? {} : { End: true }),
      ...fields,
    },
    ...("Catch" in fields ? { Caught: { Type: "Pass", End: true } } : {}),
  });
}

async function create(child: string, parent: string): Promise<void> {
  await served.create("Child", child);
  await served.create("Parent", parent);
}
async function run(name = "one") {
  await served.start("Parent", name);
  return served.ended(executionArn("Parent", name));
}
const describeChild = (name = "one-child") =>
  served.client.send(new DescribeExecutionCommand({ executionArn: executionArn("Child", name) }));
async function eventsOf(arn = executionArn("Parent", "one")): Promise<HistoryEvent[]> {
  const { events = [] } = await served.client.send(new GetExecutionHistoryCommand({ executionArn: arn }));
  return events;
}
async function isThere(name = "one-child"): Promise<void> {
  for (;;) {
    const found = await describeChild(name).catch(() => undefined);
    if (found !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const abortCause = `The Task state in AWS Step Functions execution [${executionArn("Parent", "one")}] which was managing this resource was aborted`;

describe("startExecution alone", () => {
  test("starts the execution, does not wait for it, and returns the API's response", async () => {
    await create(waiting, starting(""));
    const { status, output = "" } = await run();
    expect(status).toBe("SUCCEEDED");
    const result = JSON.parse(output);
    expect(result).toEqual({
      ExecutionArn: executionArn("Child", "one-child"),
      SdkHttpMetadata: expect.objectContaining({ HttpStatusCode: 200 }),
      SdkResponseMetadata: { RequestId: expect.any(String) },
      StartDate: (await describeChild()).startDate?.getTime(),
    });
    expect(await describeChild()).toMatchObject({ status: "RUNNING", input: '{"k":1}' });
    const events = await eventsOf();
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, "ExecutionStarted"],
      [2, 0, "TaskStateEntered"],
      [3, 2, "TaskScheduled"],
      [4, 3, "TaskStarted"],
      [5, 4, "TaskSucceeded"],
      [6, 5, "TaskStateExited"],
      [7, 6, "ExecutionSucceeded"],
    ]);
    expect(events[2]?.taskScheduledEventDetails).toMatchObject({
      region: "us-east-1",
      resource: "startExecution",
      resourceType: "states",
    });
  });

  test("does not stop the child execution when the parent execution is stopped", async () => {
    const definition = JSON.parse(starting("", { Next: "W" }));
    definition.States.W = { Type: "Wait", Seconds: 600, End: true };
    await create(waiting, JSON.stringify(definition));
    await served.start("Parent", "one");
    await isThere();
    await served.client.send(new StopExecutionCommand({ executionArn: executionArn("Parent", "one") }));
    expect(await describeChild()).toMatchObject({ status: "RUNNING" });
  });

  test("passes {} if Input is missing, passes a string as JSON, and generates a name if Name is missing", async () => {
    for (const [name, Input, input] of [
      ["none", undefined, "{}"],
      ["null", null, "{}"],
      ["text", "hello", '"hello"'],
      ["list", [1], "[1]"],
    ] as const) {
      await served.create(`Child-${name}`, passing);
      const Arguments = { StateMachineArn: machineArn(`Child-${name}`), Name: undefined, Input };
      await served.create(`Parent-${name}`, starting("", { Arguments }));
      await served.start(`Parent-${name}`, "one");
      const { output = "" } = await served.ended(executionArn(`Parent-${name}`, "one"));
      const child = await served.ended(JSON.parse(output).ExecutionArn);
      expect([child.name?.length, child.input]).toEqual([36, input]);
    }
  });
});

describe.each([".sync", ".sync:2"] as const)("startExecution%s", (mode) => {
  const parsed = mode === ".sync:2";

  test("waits for the execution and returns its description", async () => {
    await create(working, starting(mode));
    const { status, output = "" } = await run();
    expect(status).toBe("SUCCEEDED");
    const child = await describeChild();
    const result = {
      ExecutionArn: executionArn("Child", "one-child"),
      Input: parsed ? { k: 1 } : '{"k":1}',
      InputDetails: { Included: true },
      Name: "one-child",
      Output: parsed ? { k: 1 } : '{"k":1}',
      OutputDetails: { Included: true },
      RedriveCount: 0,
      RedriveStatus: "NOT_REDRIVABLE",
      RedriveStatusReason: "Execution is SUCCEEDED and cannot be redriven.",
      StartDate: child.startDate?.getTime(),
      StateMachineArn: machineArn("Child"),
      Status: "SUCCEEDED",
      StopDate: child.stopDate?.getTime(),
    };
    expect(output).toBe(JSON.stringify(result));
    const events = await eventsOf();
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, "ExecutionStarted"],
      [2, 0, "TaskStateEntered"],
      [3, 2, "TaskScheduled"],
      [4, 3, "TaskStarted"],
      [5, 4, "TaskSubmitted"],
      [6, 5, "TaskSucceeded"],
      [7, 6, "TaskStateExited"],
      [8, 7, "ExecutionSucceeded"],
    ]);
    const integration = { resource: `startExecution${mode}`, resourceType: "states" };
    expect(events[2]?.taskScheduledEventDetails).toMatchObject(integration);
    expect(events[3]?.taskStartedEventDetails).toEqual(integration);
    expect(events[5]?.taskSucceededEventDetails).toMatchObject({ ...integration, output });
    const submitted = events[4]?.taskSubmittedEventDetails;
    expect(submitted).toMatchObject(integration);
    expect(JSON.parse(submitted?.output ?? "")).toMatchObject({
      ExecutionArn: child.executionArn,
      StartDate: child.startDate?.getTime(),
    });
  });

  test.each([
    ["FAILED", failed, { Cause: "no reason", Error: "Boom" }],
    ["TIMED_OUT", JSON.stringify({ ...JSON.parse(waiting), TimeoutSeconds: 1 }), {}],
  ])(
    "fails with States.TaskFailed and the child execution's description when the child is %s",
    async (status, child, why) => {
      await create(child, starting(mode));
      const ended = await run();
      expect(ended).toMatchObject({ status: "FAILED", error: "States.TaskFailed" });
      expect(Object.keys(JSON.parse(ended.cause ?? ""))).toEqual(
        Object.keys(JSON.parse(ended.cause ?? "")).sort(),
      );
      expect(JSON.parse(ended.cause ?? "")).toEqual({
        ...why,
        ExecutionArn: executionArn("Child", "one-child"),
        Input: '{"k":1}',
        InputDetails: { Included: true },
        Name: "one-child",
        RedriveCount: 0,
        RedriveStatus: "REDRIVABLE",
        StartDate: expect.any(Number),
        StateMachineArn: machineArn("Child"),
        Status: status,
        StopDate: expect.any(Number),
      });
      const event = (await eventsOf()).find(({ type }) => type === "TaskFailed");
      expect(event?.taskFailedEventDetails).toMatchObject({ error: "States.TaskFailed", cause: ended.cause });
    },
  );

  test("fails with an error that is caught as States.TaskFailed, not as the child execution's error", async () => {
    const Catch = [
      { ErrorEquals: ["Boom"], Next: "Nest" },
      { ErrorEquals: ["States.TaskFailed"], Next: "Caught" },
    ];
    await create(failed, starting(mode, { Catch }));
    expect(await run()).toMatchObject({ status: "SUCCEEDED" });
  });

  test("fails with the exception's name and records TaskSubmitFailed if it cannot start the execution", async () => {
    const Catch = [{ ErrorEquals: ["StepFunctions.StateMachineDoesNotExistException"], Next: "Caught" }];
    await served.create("Parent", starting(mode, { Catch }));
    expect(await run()).toMatchObject({ status: "SUCCEEDED" });
    const types = (await eventsOf()).map(({ type }) => type);
    expect(types.slice(3, 5)).toEqual(["TaskStarted", "TaskSubmitFailed"]);
  });

  test("stops the child execution when the parent execution is stopped", async () => {
    await create(waiting, starting(mode));
    await served.start("Parent", "one");
    await isThere();
    await served.client.send(new StopExecutionCommand({ executionArn: executionArn("Parent", "one") }));
    const child = await served.ended(executionArn("Child", "one-child"));
    expect(child).toMatchObject({ status: "ABORTED", cause: abortCause });
    expect(child.error).toBeUndefined();
  });

  test("stops the child execution when the task times out", async () => {
    const Catch = [{ ErrorEquals: ["States.Timeout"], Next: "Caught" }];
    await create(waiting, starting(mode, { TimeoutSeconds: 1, Catch }));
    expect(await run()).toMatchObject({ status: "SUCCEEDED" });
    const types = (await eventsOf()).map(({ type }) => type);
    expect(types.slice(4, 6)).toEqual(["TaskSubmitted", "TaskTimedOut"]);
    const child = await served.ended(executionArn("Child", "one-child"));
    expect(child).toMatchObject({ status: "ABORTED", cause: abortCause });
  });

  test("stops the child execution when the parent execution times out", async () => {
    await create(waiting, JSON.stringify({ ...JSON.parse(starting(mode)), TimeoutSeconds: 1 }));
    expect(await run()).toMatchObject({ status: "TIMED_OUT" });
    const child = await served.ended(executionArn("Child", "one-child"));
    expect(child).toMatchObject({ status: "ABORTED", cause: abortCause });
  });

  test("fails when only the child execution is stopped", async () => {
    await create(waiting, starting(mode));
    await served.start("Parent", "one");
    await isThere();
    const arn = executionArn("Child", "one-child");
    await served.client.send(
      new StopExecutionCommand({ executionArn: arn, error: "Manual", cause: "by hand" }),
    );
    const { error, cause } = await served.ended(executionArn("Parent", "one"));
    expect(error).toBe("States.TaskFailed");
    expect(JSON.parse(cause ?? "")).toMatchObject({ Cause: "by hand", Error: "Manual", Status: "ABORTED" });
  });

  test("starts another child execution when the parent execution is redriven", async () => {
    await create(working, starting(mode, { Arguments: { Name: undefined } }));
    failing = true;
    expect(await run()).toMatchObject({ status: "FAILED" });
    failing = false;
    await served.client.send(new RedriveExecutionCommand({ executionArn: executionArn("Parent", "one") }));
    expect(await served.ended(executionArn("Parent", "one"))).toMatchObject({ status: "SUCCEEDED" });
    const stateMachineArn = machineArn("Child");
    const { executions } = await served.client.send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions?.map(({ status, redriveCount }) => [status, redriveCount]).sort()).toEqual([
      ["FAILED", 0],
      ["SUCCEEDED", 0],
    ]);
  });
});

test("a failing branch of a Parallel state stops the executions that the other branches wait for", async () => {
  const nest = JSON.parse(starting(".sync:2"));
  const parent = definitionOf({
    Both: {
      Type: "Parallel",
      Branches: [
        { StartAt: "Nest", States: nest.States },
        {
          StartAt: "Soon",
          States: {
            Soon: { Type: "Wait", Seconds: 1, Next: "Fail" },
            Fail: { Type: "Fail", Error: "Sibling" },
          },
        },
      ],
      End: true,
    },
  });
  await create(waiting, parent);
  expect(await run()).toMatchObject({ status: "FAILED", error: "Sibling" });
  expect(await served.ended(executionArn("Child", "one-child"))).toMatchObject({
    status: "ABORTED",
    cause: abortCause,
  });
});

test("the input of an execution can contain the ID of the execution that started it", async () => {
  const Input = { AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: "{% $states.context.Execution.Id %}" };
  await create(passing, starting(".sync:2", { Arguments: { Input } }));
  await run();
  const started = { AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: executionArn("Parent", "one") };
  expect(JSON.parse((await describeChild()).input ?? "")).toEqual(started);
});

test("a start with the same name joins the execution while it runs, and is refused after it has ended", async () => {
  await create(waiting, starting(".sync:2", { Arguments: { Name: "same" } }));
  await served.start("Parent", "one");
  await served.start("Parent", "two");
  await isThere("same");
  const executionArn_ = executionArn("Child", "same");
  await served.client.send(new StopExecutionCommand({ executionArn: executionArn_ }));
  for (const name of ["one", "two"])
    expect(await served.ended(executionArn("Parent", name))).toMatchObject({ error: "States.TaskFailed" });
  expect(await run("three")).toMatchObject({
    error: "StepFunctions.ExecutionAlreadyExistsException",
    cause: expect.stringContaining("Execution Already Exists"),
  });
});

test.each([
  ["StateMachineArn", 5],
  ["Name", { a: 1 }],
  ["TraceHeader", ""],
])("the execution fails if %s has the wrong type", async (field, value) => {
  await create(passing, starting("", { Arguments: { [field]: `{% ${JSON.stringify(value)} %}` } }));
  const ended = await run();
  expect(ended).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  expect(ended.cause).toContain(`'${field}' must be`);
});

test("closing the service ends parent and child executions, and records all ends on disk", async () => {
  await create(waiting, starting(".sync:2"));
  await served.start("Parent", "one");
  await served.start("Parent", "two");
  await served.reopen();
  for (const name of ["one", "two"])
    expect(await served.ended(executionArn("Parent", name))).toMatchObject({ status: "ABORTED" });
  const stateMachineArn = machineArn("Child");
  const { executions } = await served.client.send(new ListExecutionsCommand({ stateMachineArn }));
  for (const { status } of executions ?? []) expect(status).toBe("ABORTED");
});

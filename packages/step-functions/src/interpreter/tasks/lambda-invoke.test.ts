import { expect, test } from "vitest";
import type { JsonObject } from "../../json.ts";
import type { InvokeLambda } from "../../lambda.ts";
import { raise } from "../lambda.test-support.ts";
import { runInMemory } from "../memory-run.ts";

/** Runs a lambda:invoke task with these Arguments, and returns how it ended and the calls that it made. */
async function invoke(Arguments: JsonObject | string, invokeLambda?: InvokeLambda) {
  const calls: {
    name: string;
    payload: string;
    clientContext: string | undefined;
    logTail: boolean | undefined;
  }[] = [];
  const Task = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Arguments, End: true };
  const run = runInMemory({
    definition: { QueryLanguage: "JSONata", StartAt: "T", States: { T: Task } },
    invokeLambda: (name, payload, options) => {
      calls.push({ name, payload, clientContext: options.clientContext, logTail: options.logTail });
      return invokeLambda?.(name, payload, options) ?? Promise.resolve({ payload });
    },
  });
  const ending = await run.finished;
  return { ending, calls, result: "output" in ending ? JSON.parse(ending.output) : undefined };
}

test("InvocationType Event returns 202 immediately, however the call ends", async () => {
  for (const invokeLambda of [
    () => new Promise<never>(() => undefined),
    async () => raise("Broken"),
    () => Promise.reject(new Error("gone")),
  ]) {
    const { result, calls } = await invoke(
      { FunctionName: "F", InvocationType: "Event", Payload: 5 },
      invokeLambda,
    );
    expect(result).toMatchObject({ Payload: "", StatusCode: 202, SdkHttpMetadata: { HttpStatusCode: 202 } });
    expect(calls).toMatchObject([{ name: "F", payload: "5" }]);
  }
});

test("each attempt calls the function with the ID of the event that scheduled that attempt", async () => {
  const ids: (number | undefined)[] = [];
  const retry = [{ ErrorEquals: ["States.ALL"], MaxAttempts: 1 }];
  const task = { Type: "Task", Retry: retry, End: true };
  for (const state of [
    { ...task, Resource: "arn:aws:states:::lambda:invoke", Arguments: { FunctionName: "F" } },
    { ...task, Resource: "arn:aws:lambda:us-east-1:111111111111:function:F" },
  ]) {
    const run = runInMemory({
      definition: { QueryLanguage: "JSONata", StartAt: "T", States: { T: state } },
      invokeLambda: async (_name, _payload, { scheduledEventId }) => {
        ids.push(scheduledEventId);
        return raise("Broken");
      },
    });
    await run.finished;
    const scheduled = run.records.flatMap(({ event }) => (/Scheduled$/.test(event.type) ? [event.id] : []));
    expect(scheduled).toHaveLength(2);
    expect(ids.splice(0)).toEqual(scheduled);
  }
});

test("InvocationType DryRun returns 204 and calls nothing", async () => {
  const { result, calls } = await invoke({ FunctionName: "F", InvocationType: "DryRun" });
  expect(result).toMatchObject({ StatusCode: 204 });
  expect(calls).toEqual([]);
});

test("Qualifier, ClientContext, and LogType reach the function's host", async () => {
  const { result, calls } = await invoke(
    {
      FunctionName: "F",
      Qualifier: "live",
      ClientContext: "e30=",
      LogType: "Tail",
      InvocationType: "RequestResponse",
    },
    async () => ({ payload: "1", logTail: `${"x".repeat(5000)}end\n` }),
  );
  expect(calls).toEqual([{ name: "F:live", payload: "{}", clientContext: "e30=", logTail: true }]);
  const log = Buffer.from(result.LogResult, "base64").toString();
  expect([log.length, log.slice(-4)]).toEqual([4096, "end\n"]);
  expect((await invoke({ FunctionName: "F", LogType: "None" })).result).not.toHaveProperty("LogResult");
});

test.each([
  ["InvocationType", "'event'", "Lambda.AWSLambdaException"],
  ["LogType", "'tail'", "Lambda.AWSLambdaException"],
  ["ClientContext", "$pad('', 3584, 'x')", "Lambda.AWSLambdaException"],
  ["FunctionName", "5", "States.Runtime"],
  ["Qualifier", "5", "States.Runtime"],
])("nothing is called if an expression returns an invalid %s", async (field, value, error) => {
  const { ending, calls } = await invoke({ FunctionName: "F", [field]: `{% ${value} %}` });
  expect(ending).toMatchObject({ status: "FAILED", error });
  expect(calls).toEqual([]);
});

test.each([
  ["TimeoutSeconds", "-1"],
  ["TimeoutSeconds", "0"],
  ["TimeoutSeconds", "1.5"],
  ["HeartbeatSeconds", "100000000"],
])("nothing is called if an expression sets %s to %s", async (field, value) => {
  let calls = 0;
  const Task = { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:F", End: true };
  const run = runInMemory({
    definition: {
      QueryLanguage: "JSONata",
      StartAt: "T",
      States: { T: { ...Task, [field]: `{% ${value} %}` } },
    },
    invokeLambda: async (_name, payload) => {
      calls++;
      return { payload };
    },
  });
  expect(await run.finished).toMatchObject({
    error: "States.QueryEvaluationError",
    cause: expect.stringContaining(
      `for the field '${field}' returned a value out of range. Expected an integer from`,
    ),
  });
  expect(calls).toBe(0);
});

test.each([
  ["lambda:invoke", "{'FunctionName': 'F', 'payload': 1}", "payload"],
  ["states:startExecution", "{'StateMachineArn': 'arn', 'input': 1}", "input"],
  ["states:startExecution.sync:2", "{'StateMachineArn': 'arn', '__proto__': 1}", "__proto__"],
])("%s refuses an unsupported argument, even from an expression", async (resource, text, field) => {
  const calls: unknown[] = [];
  const refuse = async (...call: unknown[]): Promise<never> => {
    calls.push(call);
    throw new Error("Nothing may be called");
  };
  const Task = {
    Type: "Task",
    Resource: `arn:aws:states:::${resource}`,
    Arguments: `{% ${text} %}`,
    Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
    End: true,
  };
  const Caught = { Type: "Pass", End: true };
  const { finished } = runInMemory({
    definition: { QueryLanguage: "JSONata", StartAt: "T", States: { T: Task, Caught } },
    invokeLambda: refuse,
    startNested: refuse,
  });
  expect(await finished).toMatchObject({
    error: "States.Runtime",
    cause: expect.stringContaining(`The field "${field}" is not supported by Step Functions`),
  });
  expect(calls).toEqual([]);
});

import { describe, expect, test } from "vitest";
import type { Clock } from "../../clock.ts";
import type { HistoryRecord } from "../../history.ts";
import { raise } from "../lambda.test-support.ts";
import { runInMemory } from "../memory-run.ts";
import { outline } from "../outline.ts";

const LAMBDA_ARN = "arn:aws:lambda:us-east-1:000000000000:function:Work";
const task = { Type: "Task", Resource: LAMBDA_ARN, End: true };
const machine = (states: Record<string, object>, more: object = {}) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});
const events = (records: HistoryRecord[], type: string) =>
  records.filter(({ event }) => event.type === type).map(({ event }) => event);
const never = () => new Promise<never>(() => undefined);

describe("a task", () => {
  test("gets the whole API response from lambda:invoke, but only the function's value from an ARN", async () => {
    const invoke = {
      ...task,
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: { FunctionName: "Work", Payload: { x: "{% $states.input.x %}" } },
    };
    const seen: string[] = [];
    const definition = machine({ Invoke: { ...invoke, End: undefined, Next: "Bare" }, Bare: task });
    const run = runInMemory({
      definition,
      input: { x: 1 },
      invokeLambda: async (name, payload) => {
        seen.push(name);
        return { payload };
      },
    });
    await run.finished;
    expect(seen).toEqual(["Work", LAMBDA_ARN]);
    const [answer, value] = events(run.records, "TaskStateExited").map((event) =>
      JSON.parse(event.stateExitedEventDetails?.output ?? ""),
    );
    expect(value).toEqual(answer);
    expect(answer).toMatchObject({ ExecutedVersion: "$LATEST", Payload: { x: 1 }, StatusCode: 200 });
    expect(answer.SdkHttpMetadata.HttpHeaders["Content-Length"]).toBe("7");
  });

  test("passes {} to the function if there is no Payload, and null if the Payload is null", async () => {
    const payloads: string[] = [];
    const Resource = "arn:aws:states:::lambda:invoke";
    const run = runInMemory({
      definition: machine({
        A: { Type: "Task", Resource, Arguments: { FunctionName: "W" }, Next: "B" },
        B: { Type: "Task", Resource, Arguments: { FunctionName: "W", Payload: null }, End: true },
      }),
      invokeLambda: async (_name, payload) => {
        payloads.push(payload);
        return { payload };
      },
    });
    await run.finished;
    expect(payloads).toEqual(["{}", "null"]);
  });

  test.each([
    [
      "the function raised an error",
      raise("Custom", "m"),
      "Custom",
      '{"errorType":"Custom","errorMessage":"m","trace":[]}',
    ],
    [
      "the sandbox timed out",
      {
        functionError: "Unhandled",
        payload:
          '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: Task timed out after 3.00 seconds"}',
      },
      "Sandbox.Timedout",
      expect.stringContaining("Task timed out after 3.00 seconds"),
    ],
    [
      "no error type",
      { functionError: "Unhandled", payload: '{"message":"?"}' },
      "Lambda.Unknown",
      'The cause could not be determined because Lambda did not return an error type. Returned payload: {"message":"?"}',
    ],
    [
      "the service refused",
      { serviceError: { name: "TooManyRequestsException", message: "Rate exceeded", statusCode: 429 } },
      "Lambda.TooManyRequestsException",
      expect.stringMatching(
        /^Rate exceeded \(Service: Lambda, Status Code: 429, Request ID: [0-9a-f-]{36}\)$/,
      ),
    ],
    [
      "the response is not JSON",
      { payload: "oops" },
      "Lambda.Unknown",
      expect.stringContaining("Returned payload: oops"),
    ],
  ])("fails as on the service: %s", async (_what, result, error, cause) => {
    const run = runInMemory({ definition: machine({ T: task }), invokeLambda: async () => result });
    expect(await run.finished).toEqual({ status: "FAILED", error, cause });
    expect(outline(run.records).slice(-2)).toEqual(["5 <- 4 LambdaFunctionFailed", "6 <- 5 ExecutionFailed"]);
  });

  test("whose result exceeds 256 KiB fails, and only States.DataLimitExceeded matches the failure", async () => {
    const caught = (ErrorEquals: string[]) =>
      runInMemory({
        definition: machine({
          T: { ...task, Catch: [{ ErrorEquals, Next: "C" }] },
          C: { Type: "Pass", End: true },
        }),
        invokeLambda: async () => ({ payload: JSON.stringify("x".repeat(256 * 1024 - 1)) }),
      }).finished;
    expect(await caught(["States.ALL"])).toEqual({
      status: "FAILED",
      error: "States.DataLimitExceeded",
      cause: `The state/task '${LAMBDA_ARN}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    });
    expect(await caught(["States.DataLimitExceeded"])).toMatchObject({ status: "SUCCEEDED" });
  });

  test("fails after TimeoutSeconds", async () => {
    const definition = machine({ T: { ...task, TimeoutSeconds: "{% 2 + 3 %}" } });
    const run = runInMemory({ definition, invokeLambda: never });
    expect(await run.finished).toEqual({ status: "FAILED", error: "States.Timeout" });
    expect(outline(run.records).slice(2)).toEqual([
      "3 <- 2 LambdaFunctionScheduled",
      "4 <- 3 LambdaFunctionStarted",
      "5 <- 4 LambdaFunctionTimedOut",
      "6 <- 5 ExecutionFailed",
    ]);
    const [scheduled, , timedOut] = run.records.slice(2).map(({ event }) => event);
    expect(scheduled?.lambdaFunctionScheduledEventDetails?.timeoutInSeconds).toBe(5);
    expect((timedOut?.timestamp ?? 0) - (scheduled?.timestamp ?? 0)).toBe(5);
  });

  test("that responds in time leaves no timer behind", async () => {
    let sleeping = 0;
    const clock: Clock = {
      now: Date.now,
      sleep: async (_milliseconds, signal) => {
        sleeping++;
        await new Promise((_resolve, reject) => signal.addEventListener("abort", reject)).finally(
          () => sleeping--,
        );
      },
    };
    const limited = { ...task, End: undefined, TimeoutSeconds: 900, HeartbeatSeconds: 800, Next: "U" };
    const seen: number[] = [];
    const run = runInMemory({
      definition: machine({ T: limited, U: task }),
      clock,
      invokeLambda: async (_name, payload) => {
        seen.push(sleeping);
        return { payload };
      },
    });
    expect(await run.finished).toMatchObject({ status: "SUCCEEDED" });
    expect(seen).toEqual([2, 0]);
  });

  test("sends no heartbeats, so it also fails after HeartbeatSeconds", async () => {
    const definition = machine({ T: { ...task, TimeoutSeconds: 60, HeartbeatSeconds: 5 } });
    const run = runInMemory({ definition, invokeLambda: never });
    expect(await run.finished).toEqual({ status: "FAILED", error: "States.HeartbeatTimeout" });
  });

  test("is retried with growing delays on the run's clock, and sees its retry count", async () => {
    let calls = 0;
    const definition = machine({
      T: {
        ...task,
        Arguments: { retries: "{% $states.context.State.RetryCount %}" },
        Retry: [{ ErrorEquals: ["E"], IntervalSeconds: 2, MaxAttempts: 2 }],
      },
    });
    const run = runInMemory({
      definition,
      invokeLambda: async (_name, payload) => (++calls < 3 ? raise("E") : { payload }),
    });
    expect(await run.finished).toEqual({ status: "SUCCEEDED", output: '{"retries":2}' });
    const times = events(run.records, "LambdaFunctionScheduled").map(({ timestamp }) => timestamp);
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 2, 6]);
    expect(outline(run.records).slice(2, 9)).toEqual([
      "3 <- 2 LambdaFunctionScheduled",
      "4 <- 3 LambdaFunctionStarted",
      "5 <- 4 LambdaFunctionFailed",
      "6 <- 5 LambdaFunctionScheduled",
      "7 <- 6 LambdaFunctionStarted",
      "8 <- 7 LambdaFunctionFailed",
      "9 <- 8 LambdaFunctionScheduled",
    ]);
  });
});

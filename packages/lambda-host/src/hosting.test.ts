import { fileURLToPath } from "node:url";
import type { LambdaResult } from "@data-quest/step-functions";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startBundledLambda } from "./bundled.ts";
import type { CallLine } from "./call-logs.ts";
import { startDirectLambda } from "./direct.ts";
import type { FunctionSettings, LambdaHost, LambdaHostOptions } from "./host.ts";

const root = fileURLToPath(new URL(".", import.meta.url));
const behaves: FunctionSettings = { handler: "fixtures/behaves.handler", timeoutSeconds: 20, memoryMB: 256 };
const functions: Record<string, FunctionSettings> = {
  Behaves: {
    ...behaves,
    environment: { OF_THE_FUNCTION: "yes", OF_BOTH: "function" },
    links: { Linked: {} },
  },
  Hasty: { ...behaves, timeoutSeconds: 3 },
  Small: { ...behaves, memoryMB: 64 },
  FailsToLoad: { ...behaves, handler: "fixtures/fails-to-load.handler" },
  NoSuchExport: { ...behaves, handler: "fixtures/behaves.nothing" },
  NoFunction: { ...behaves, handler: "fixtures/behaves.notAFunction" },
  Callback: { ...behaves, handler: "fixtures/behaves.callback" },
  NoSuchFile: { ...behaves, handler: "fixtures/nothing.handler" },
};
const environment = {
  OF_BOTH: "host",
  SST_RESOURCE_App: "{}",
  SST_RESOURCE_Linked: "{}",
  SST_RESOURCE_Other: "{}",
};

type Options = Pick<LambdaHostOptions, "log" | "onLine">;
const modes = {
  direct: (options: Options) => startDirectLambda({ functions, environment, root, ...options }),
  bundled: (options: Options) => startBundledLambda({ functions, environment, root, ...options }),
};

let host: LambdaHost;
let lines: string[];
let ofCalls: CallLine[];

function hostedAs(mode: keyof typeof modes): void {
  beforeAll(async () => {
    lines = [];
    ofCalls = [];
    host = await modes[mode]({
      log: (line) => lines.push(line),
      onLine: (line) => ofCalls.push(line),
    });
  });
  afterAll(() => host.close());
}

const { signal } = new AbortController();

function invoke(name: string, event: unknown, waiting: AbortSignal = signal): Promise<LambdaResult> {
  return host.invoke(name, JSON.stringify(event), { signal: waiting, executionArn: "" });
}

/** The value that a function returned. */
async function returned(name: string, event: unknown) {
  const result = await invoke(name, event);
  if (!("payload" in result) || "functionError" in result) throw new Error(JSON.stringify(result));
  return JSON.parse(result.payload);
}

/** The error that a function ended with. */
async function failed(name: string, event: unknown) {
  const result = await invoke(name, event);
  if (!("functionError" in result)) throw new Error(JSON.stringify(result));
  expect(result.functionError).toBe("Unhandled");
  return JSON.parse(result.payload);
}

const requestId = "[0-9a-f]{8}-[0-9a-f-]{27}";

describe.each(["direct", "bundled"] as const)("%s", (mode) => {
  hostedAs(mode);

  const usual = "REPORT RequestId: [0-9a-f-]{36} Duration: [\\d.]+ ms Memory Size: 256 MB";
  // Functions that are hosted directly share the memory of one process.
  const reportLine = new RegExp(`^${usual}${mode === "direct" ? "" : " Max Memory Used: [1-9]\\d+ MB"}$`);

  test("events and return values are JSON", async () => {
    const event = { do: "echo", text: "ä€😀", list: [1, null], nested: { deep: true } };
    expect(await returned("Behaves", event)).toEqual(event);
    expect(await returned("Behaves", { do: "nothing" })).toBe(null);
  });

  test("a function is found by its name, its ARN, and its ARN with a qualifier", async () => {
    for (const name of [
      "Behaves",
      "000000000000:function:Behaves",
      "arn:aws:lambda:us-east-1:000000000000:function:Behaves",
      "arn:aws:lambda:us-east-1:000000000000:function:Behaves:$LATEST",
    ]) {
      expect(await returned(name, { do: "echo" })).toEqual({ do: "echo" });
    }
  });

  test("only the version $LATEST exists", async () => {
    for (const name of ["Behaves:live", "arn:aws:lambda:us-east-1:000000000000:function:Behaves:1"])
      expect(await invoke(name, {})).toMatchObject({ serviceError: { name: "ResourceNotFoundException" } });
    expect(await invoke("constructor", {})).toMatchObject({
      serviceError: { name: "ResourceNotFoundException" },
    });
  });

  test("the client context reaches the handler, and must be JSON in Base64", async () => {
    const withContext = (text: string) =>
      host.invoke("Behaves", '{"do":"context"}', {
        signal,
        executionArn: "",
        clientContext: Buffer.from(text).toString("base64"),
      });
    const result = await withContext('{"custom":{"a":1}}');
    expect("payload" in result && JSON.parse(result.payload)).toMatchObject({
      clientContext: { custom: { a: 1 } },
    });
    expect(await withContext("{")).toMatchObject({
      serviceError: { name: "InvalidRequestContentException" },
    });
    expect(await returned("Behaves", { do: "context" })).not.toHaveProperty("clientContext");
  });

  test("a call that requests its log gets the printed lines", async () => {
    const options = { signal, executionArn: "", logTail: true };
    const result = await host.invoke("Behaves", '{"do":"log"}', options);
    const tail = "logTail" in result ? result.logTail : undefined;
    expect(tail?.split("\n").sort()).toEqual(["", "to stderr", "to stdout"]);
    expect(await invoke("Behaves", { do: "log" })).not.toHaveProperty("logTail");
  });

  test("a call to a function that does not exist fails with ResourceNotFoundException", async () => {
    const functionArn = "arn:aws:lambda:us-east-1:000000000000:function:Nobody";
    expect(await invoke(functionArn, {})).toEqual({
      serviceError: {
        name: "ResourceNotFoundException",
        statusCode: 404,
        message: `Function not found: ${functionArn}`,
      },
    });
  });

  test("a thrown error is reported in the Node.js runtime's format, with the error's name as the type", async () => {
    expect(await failed("Behaves", { do: "throw" })).toEqual({
      errorType: "SourceBusy",
      errorMessage: "come back later",
      trace: expect.arrayContaining([
        "SourceBusy: come back later",
        expect.stringMatching(/^ {4}at .*(behaves|bundle)/),
      ]),
    });
    expect(await failed("Behaves", { do: "throwText" })).toEqual({
      errorType: "string",
      errorMessage: "just text",
      trace: [],
    });
  });

  test("returning a value that JSON cannot represent is an error", async () => {
    expect(await failed("Behaves", { do: "bigint" })).toMatchObject({
      errorType: "Runtime.JSONStringifyError",
      errorMessage: "Unable to stringify response body",
    });
  });

  test("a request of 6 MiB is accepted, and a larger request is refused", async () => {
    const event = (bytes: number) => ({
      do: "nothing",
      padding: "x".repeat(bytes - '{"do":"nothing","padding":""}'.length),
    });
    expect(await invoke("Behaves", event(6_291_456))).toEqual({ payload: "null" });
    expect(await invoke("Behaves", event(6_291_457))).toEqual({
      serviceError: {
        name: "RequestEntityTooLargeException",
        statusCode: 413,
        message: "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
      },
    });
  });

  test("a response over the size limit is refused", async () => {
    expect((await returned("Behaves", { do: "large", bytes: 6_291_554 })).length).toBe(6_291_554);
    expect(await failed("Behaves", { do: "large", bytes: 6_291_555 })).toEqual({
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    });
  });

  test("the context", async () => {
    const context = await returned("Hasty", { do: "context" });
    expect(context).toEqual({
      functionName: "Hasty",
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:Hasty",
      memoryLimitInMB: "256",
      awsRequestId: expect.stringMatching(new RegExp(`^${requestId}$`)),
      logGroupName: "/aws/lambda/Hasty",
      logStreamName: "local",
      remaining: expect.any(Number),
    });
    expect(context.remaining).toBeGreaterThan(0);
    expect(context.remaining).toBeLessThanOrEqual(3000);
  });

  test("a handler's output goes to the log", async () => {
    await returned("Behaves", { do: "log" });
    await expect.poll(() => lines).toEqual(expect.arrayContaining(["to stdout", "to stderr"]));
  });

  test("each line is attributed to the call that printed it, with the execution and the attempt", async () => {
    const say = (text: string, scheduledEventId: number) =>
      host.invoke("Behaves", JSON.stringify({ do: "say", text, milliseconds: 50 }), {
        signal,
        executionArn: `execution ${text}`,
        scheduledEventId,
      });
    // The first three calls are concurrent. The fourth follows in an environment that is already running.
    await Promise.all([say("one", 1), say("two", 2), say("three", 3)]);
    await say("four", 4);
    for (const [index, text] of ["one", "two", "three", "four"].entries()) {
      const own = ofCalls.filter(({ executionArn }) => executionArn === `execution ${text}`);
      expect(own.map(({ line }) => line)).toEqual([
        `${text} begins`,
        `${text} ends`,
        expect.stringMatching(reportLine),
      ]);
      expect(new Set(own.map((line) => line.requestId)).size).toBe(1);
      expect(own[0]).toMatchObject({ functionName: "Behaves", scheduledEventId: index + 1 });
      expect(own[2]?.line).toContain(own[0]?.requestId);
    }
    expect(lines.filter((line) => line.startsWith("REPORT"))).toEqual([]);
  });

  test("lines printed before the process exits or the call times out are in the call's log", async () => {
    const linesOf = async (name: string, event: object, executionArn: string) => {
      await host.invoke(name, JSON.stringify(event), { signal, executionArn });
      return ofCalls.filter((line) => line.executionArn === executionArn).map(({ line }) => line);
    };
    expect(await linesOf("Behaves", { do: "sayAndExit", text: "bye" }, "exit")).toContain("bye");
    // On a busy machine, a new runtime might not start before the timeout.
    await returned("Behaves", { do: "echo" });
    expect(await linesOf("Hasty", { do: "say", text: "slow", milliseconds: 30_000 }, "late")).toContain(
      "slow begins",
    );
  });

  test("a handler that takes too long ends with the service's error", async () => {
    expect(await failed("Hasty", { do: "sleep", milliseconds: 60_000 })).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(
        new RegExp(`^RequestId: ${requestId} Error: Task timed out after 3.00 seconds$`),
      ),
    });
    // On a busy machine, a new runtime may take longer to respond than the three seconds that this function has.
    const next = await vi.waitFor(() => returned("Hasty", { do: "echo" }), { timeout: 25_000 });
    expect(next).toEqual({ do: "echo" });
  });

  test("process.exit ends the call, and the next call gets a new runtime", async () => {
    expect(await failed("Behaves", { do: "exit", status: 3 })).toEqual({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(
        new RegExp(`^RequestId: ${requestId} Error: Runtime exited with error: exit status 3$`),
      ),
    });
    expect(await failed("Behaves", { do: "exit", status: 0 })).toMatchObject({
      errorMessage: expect.stringMatching(/ Error: Runtime exited without providing a reason$/),
    });
    expect(await returned("Behaves", { do: "echo" })).toEqual({ do: "echo" });
  });

  test("an uncaught error ends the runtime and is in the log", async () => {
    expect(await failed("Behaves", { do: "uncaught" })).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(/exit status 1$/),
    });
    await expect.poll(() => lines).toContainEqual("Error: thrown outside any promise");
  });

  test("if the handler fails to load, the call fails with the same error", async () => {
    expect(await failed("FailsToLoad", {})).toMatchObject({
      errorType: "RangeError",
      errorMessage: "a resource is missing",
      trace: expect.arrayContaining([expect.stringContaining("    at ")]),
    });
    expect(await failed("NoSuchExport", {})).toMatchObject({
      errorType: "Runtime.HandlerNotFound",
      errorMessage: expect.stringMatching(/\.nothing is undefined or not exported$/),
    });
    expect(await failed("NoFunction", {})).toMatchObject({ errorType: "Runtime.HandlerNotFound" });
    expect(await failed("Callback", {})).toMatchObject({ errorType: "Runtime.CallbackHandlerDeprecated" });
    expect(await failed("NoSuchFile", {})).toMatchObject({
      errorMessage: expect.stringMatching(/^Handler not found: fixtures\/nothing\.handler/),
    });
  });

  test("calls run concurrently", async () => {
    const counts = await Promise.all(
      [1, 2, 3].map(() => returned("Behaves", { do: "count", milliseconds: 300 })),
    );
    expect(new Set(counts.map(({ pid }) => pid)).size).toBe(mode === "direct" ? 1 : 3);
  });

  test("an aborted call rejects, and the function keeps running", async () => {
    const waiting = new AbortController();
    const call = invoke("Behaves", { do: "sleep", milliseconds: 100 }, waiting.signal);
    waiting.abort(new Error("the caller is gone"));
    await expect(call).rejects.toThrow("the caller is gone");
    await expect(invoke("Behaves", { do: "echo" }, waiting.signal)).rejects.toThrow("the caller is gone");
    expect(await returned("Behaves", { do: "echo" })).toEqual({ do: "echo" });
  });
});

describe("bundled only", () => {
  hostedAs("bundled");

  test("an execution environment is reused, for one call at a time", async () => {
    const first = await returned("Behaves", { do: "count" });
    const second = await returned("Behaves", { do: "count" });
    expect(second).toEqual({ calls: 2, pid: first.pid });
    const [third, fourth] = await Promise.all([
      returned("Behaves", { do: "count", milliseconds: 300 }),
      returned("Behaves", { do: "count" }),
    ]);
    expect([third, fourth.calls]).toEqual([{ calls: 3, pid: first.pid }, 1]);
    expect(fourth.pid).not.toBe(first.pid);
  });

  test("a timeout kills the process", async () => {
    const { pid } = await returned("Hasty", { do: "count" });
    await failed("Hasty", { do: "sleep", milliseconds: 60_000 });
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect((await returned("Hasty", { do: "count" })).calls).toBe(1);
  });

  test("a function gets AWS's variables and only its linked resources, but no variables of the host process", async () => {
    process.env.QUEST_TEST_OF_OURS = "secret";
    const found = await returned("Behaves", { do: "environment" });
    delete process.env.QUEST_TEST_OF_OURS;
    expect(found).toMatchObject({
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_LAMBDA_FUNCTION_NAME: "Behaves",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_REGION: "us-east-1",
      LAMBDA_TASK_ROOT: found.cwd,
      OF_THE_FUNCTION: "yes",
      OF_BOTH: "host",
      SST_RESOURCE_App: "{}",
      SST_RESOURCE_Linked: "{}",
      _HANDLER: "bundle.handler",
      modules: false,
    });
    expect(found).not.toHaveProperty("SST_RESOURCE_Other");
    expect(found).not.toHaveProperty("QUEST_TEST_OF_OURS");
    expect(await returned("Hasty", { do: "environment" })).toHaveProperty("SST_RESOURCE_Other");
  });

  test("a signal, a promise that never settles, and too little memory end the runtime", async () => {
    const [killed, never, leaked] = await Promise.all([
      failed("Behaves", { do: "kill" }),
      failed("Behaves", { do: "never" }),
      failed("Small", { do: "leak" }),
    ]);
    expect(killed.errorMessage).toMatch(/Error: Runtime exited with error: signal: terminated$/);
    expect(never.errorMessage).toMatch(/Error: Runtime exited without providing a reason$/);
    expect(leaked.errorMessage).toMatch(/Error: Runtime exited with error: signal: aborted$/);
    expect(lines.join("\n")).toContain("heap out of memory");
  });

  test("close stops everything", async () => {
    const other = await modes.bundled({ log: () => undefined });
    const running = other.invoke("Behaves", '{"do":"sleep","milliseconds":60000}', {
      signal,
      executionArn: "",
    });
    await other.invoke("Behaves", '{"do":"echo"}', { signal, executionArn: "" });
    await other.close();
    expect(await running).toMatchObject({ payload: expect.stringContaining("signal: killed") });
    expect(await other.invoke("Behaves", '{"do":"echo"}', { signal, executionArn: "" })).toMatchObject({
      payload: expect.stringContaining("is closed"),
    });
  });
});

test("when a thread exits, all its calls fail", async () => {
  const direct = modes.direct({ log: () => undefined });
  const call = (event: object) =>
    direct.invoke("Behaves", JSON.stringify(event), { signal, executionArn: "" });
  const sleeping = call({ do: "sleep", milliseconds: 60_000 });
  await call({ do: "exit", status: 7 });
  expect(await sleeping).toMatchObject({ payload: expect.stringContaining("exit status 7") });
  await direct.close();
});

import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { raise } from "../interpreter/lambda.test-support.ts";
import { executionArn, roleArn, type Served, serve, working } from "./served.test-support.ts";

const run = promisify(execFile);
const isInstalled = spawnSync("aws", ["--version"]).status === 0;

describe.skipIf(!isInstalled)("the AWS CLI (skipped where it is not installed)", () => {
  let served: Served;
  let failing = true;
  beforeEach(async () => {
    served = await serve({
      invokeLambda: async (_name, payload) => (failing ? raise("Broken") : { payload }),
    });
  });
  afterEach(() => served.close());

  const aws = async (command: string, ...options: string[]) => {
    const { stdout } = await run("aws", ["stepfunctions", command, "--output", "json", ...options], {
      env: {
        ...process.env,
        AWS_ENDPOINT_URL_SFN: served.endpoint,
        AWS_ACCESS_KEY_ID: "local",
        AWS_SECRET_ACCESS_KEY: "local",
        AWS_DEFAULT_REGION: "us-east-1",
        // Without this setting, the CLI puts "sync-" before the host of some operations, and cannot connect.
        AWS_DISABLE_HOST_PREFIX_INJECTION: "true",
      },
    });
    return stdout === "" ? undefined : JSON.parse(stdout);
  };

  test("starts an execution that fails, redrives it, and reads its history page by page", async () => {
    const machine = ["--name", "T", "--definition", working, "--role-arn", roleArn];
    const { stateMachineArn } = await aws("create-state-machine", ...machine);
    await aws(
      "start-execution",
      "--state-machine-arn",
      stateMachineArn,
      "--name",
      "one",
      "--input",
      '{"a":1}',
    );
    const arn = executionArn("T", "one");
    await served.ended(arn);
    expect(await aws("describe-execution", "--execution-arn", arn)).toMatchObject({
      status: "FAILED",
      error: "Broken",
      redriveStatus: "REDRIVABLE",
    });
    failing = false;
    await aws("redrive-execution", "--execution-arn", arn);
    await served.ended(arn);
    // The CLI itself requests one page after the other.
    const { events } = await aws("get-execution-history", "--execution-arn", arn, "--page-size", "4");
    expect(events.map(({ id }: { id: number }) => id)).toEqual(
      [...events.keys()].map((index: number) => index + 1),
    );
    expect(events.at(-1)).toMatchObject({ type: "ExecutionSucceeded" });
    await expect(aws("describe-execution", "--execution-arn", executionArn("T", "two"))).rejects.toThrow(
      /ExecutionDoesNotExist/,
    );
  });

  test("gets an error that says that synchronous executions and TestState are not supported here", async () => {
    const machine = ["--state-machine-arn", "arn:aws:states:us-east-1:000000000000:stateMachine:T"];
    await expect(aws("start-sync-execution", ...machine)).rejects.toThrow("not supported here");
    const state = ["--definition", '{"Type":"Pass","End":true}', "--role-arn", roleArn];
    await expect(aws("test-state", ...state)).rejects.toThrow("not supported here");
  });
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Served, serve } from "./served.test-support.ts";

let served: Served;
beforeEach(async () => {
  served = await serve();
});
afterEach(() => served.close());

describe("the protocol", () => {
  const post = (target: string, body: string) =>
    fetch(served.endpoint, { method: "POST", headers: { "x-amz-target": target }, body });

  test("returns an exception with its type, the status 400, and a request ID", async () => {
    const response = await post("AWSStepFunctions.DescribeExecution", '{"executionArn":"x"}');
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/x-amz-json-1.0");
    expect(response.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toEqual({ __type: "InvalidArn", message: "Invalid Arn: 'Invalid ARN: x'" });
  });

  test.each([
    ["AWSStepFunctions.CreateActivity", "{}", "UnknownOperationException"],
    ["AWSStepFunctions.TestState", "{}", "UnknownOperationException"],
    ["AWSStepFunctions.ListStateMachines", "{", "SerializationException"],
    ["AWSStepFunctions.DescribeExecution", "{}", "ValidationException"],
    ["AWSStepFunctions.StartSyncExecution", "{}", "StateMachineTypeNotSupported"],
  ])("answers the target %s and the body %s with %s", async (target, body, type) => {
    const response = await post(target, body);
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ __type: type });
    if (type === "UnknownOperationException" || type === "StateMachineTypeNotSupported")
      expect(text).toContain("not supported here");
  });
});

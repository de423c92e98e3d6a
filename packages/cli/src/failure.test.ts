import { S3Client } from "@aws-sdk/client-s3";
import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient } from "@aws-sdk/client-sfn";
import { ListingNotBelievable } from "@data-quest/core/errors";
import { DirectoryInUse } from "@data-quest/state-directory/directory-owner";
import { makeDirectory } from "@data-quest/state-directory/make-directory";
import { expect, test } from "vitest";
import { Failure, failureOf } from "./failure.ts";

test.each([
  [new Failure("unchanged", 3), "unchanged", 3],
  [new ListingNotBelievable("lists nothing"), "ListingNotBelievable: lists nothing", 1],
  [new DirectoryInUse("x is in use"), "x is in use", 1],
  [new ExecutionDoesNotExist({ message: "no such", $metadata: {} }), "ExecutionDoesNotExist: no such", 1],
])("%s is explained to the user", (error, message, exitCode) => {
  expect(failureOf(error)).toMatchObject({ message, exitCode });
});

test("an unreachable service is explained to the user", async () => {
  const settings = {
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  };
  const client = new SFNClient({ ...settings, endpoint: "http://127.0.0.1:9" });
  const executionArn = "arn:aws:states:us-east-1:000000000000:execution:Pipeline:one";
  const error = await client.send(new DescribeExecutionCommand({ executionArn })).catch((thrown) => thrown);
  expect(failureOf(error)?.message).toMatch(/^A service cannot be reached: .*127\.0\.0\.1:9/);
});

test("a folder that cannot be created is explained to the user", async () => {
  const made = new Promise((resolve) => resolve(makeDirectory("/dev/null/state")));
  const error = await made.catch((thrown: unknown) => thrown);
  expect(failureOf(error)?.message).toBe(
    "/dev/null/state: part of the path is a file, not a folder. Check the given path, such as --state-dir.",
  );
});

test("missing credentials are explained to the user", async () => {
  const credentials = async () => {
    throw Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" });
  };
  const client = new S3Client({ region: "us-east-1", credentials });
  const error = await client.config.credentials().catch((thrown: unknown) => thrown);
  expect(failureOf(error)?.message).toBe("CredentialsProviderError: Could not load credentials");
});

test.each([[new TypeError("x is undefined")], ["a text"], [undefined]])(
  "%s is a bug, and its stack is shown",
  (error) => {
    expect(failureOf(error)).toBeUndefined();
  },
);

import { expect, test } from "vitest";
import { causeMessage } from "./cause-message.ts";

const lambda = (errorMessage: string) =>
  JSON.stringify({ errorType: "SourceForbidden", errorMessage, trace: ["at fetch (file.mjs:1)"] });

test.each([
  ["a Lambda function's error", lambda('BLS said "403"'), 'BLS said "403"'],
  [
    "a Lambda function's error without a message",
    '{"errorType":"Runtime.ExitError","errorMessage":""}',
    "Runtime.ExitError",
  ],
  ["text", "The state machine ran out of time", "The state machine ran out of time"],
  ["other JSON", '{"other":1}', '{"other":1}'],
  ["a message that is not a string", '{"errorMessage":7}', '{"errorMessage":7}'],
  ["nothing", undefined, ""],
  ["text that only starts like JSON", "{% $x %} failed", "{% $x %} failed"],
  [
    "a nested execution's description",
    JSON.stringify({ ExecutionArn: "arn:1", Error: "SourceForbidden", Cause: lambda("BLS said no") }),
    "SourceForbidden: BLS said no",
  ],
])("%s", (_what, cause, message) => {
  expect(causeMessage(cause)).toBe(message);
});

test("a cause truncated at 32,768 characters yields its message, or the beginning of a longer message", () => {
  const trace = Array.from({ length: 2000 }, (_, line) => `at line ${line} of a long stack`);
  const cause = JSON.stringify({ errorType: "E", errorMessage: 'say "why" \\ é', trace }).slice(0, 32_768);
  expect(causeMessage(cause)).toBe('say "why" \\ é');
  const long = "x".repeat(40_000);
  expect(causeMessage(lambda(long).slice(0, 32_768))).toMatch(/^x{32000,}$/);
});

test("a cause that is truncated anywhere yields the beginning of the message", () => {
  const cause = lambda('a "quoted" \\ \u00e9 \u2028 message');
  const from = cause.indexOf("a \\");
  for (let length = from + 1; length < cause.length; length++)
    expect('a "quoted" \\ \u00e9 \u2028 message').toContain(causeMessage(cause.slice(0, length)));
});

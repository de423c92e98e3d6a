import { expect, test } from "vitest";
import { executionInput } from "./execution-input.ts";
import { Failure } from "./failure.ts";

test("options and --input go together", () => {
  expect(executionInput({})).toEqual({});
  const input = '{"verify":true,"survey":"cu"}';
  expect(executionInput({ input, settle: 0, acceptSource: ["cu.area", "bls/cu/README"] })).toEqual({
    verify: true,
    survey: "cu",
    settleSeconds: 0,
    acceptSource: ["bls/cu/cu.area", "bls/cu/README"],
  });
  expect(executionInput({ input: '{"survey":"cu"}', survey: "cu" })).toEqual({ survey: "cu" });
});

test.each([
  [{ input: '{"survey":"cu"}', survey: "pr" }, "survey is given twice"],
  [{ input: "{verify:true}" }, "--input is not JSON"],
  [{ input: "[]" }, "--input must be a JSON object"],
  [{ input: "null" }, "--input must be a JSON object"],
  [{ input: '"pr"' }, "--input must be a JSON object"],
])("%j: %s", (options, message) => {
  expect(() => executionInput(options)).toThrow(message);
  expect(() => executionInput(options)).toThrow(Failure);
});

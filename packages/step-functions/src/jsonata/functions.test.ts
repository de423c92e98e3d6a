import { describe, expect, test } from "vitest";
import { parseExpression } from "./expression.ts";

const evaluate = (text: string): Promise<unknown> => parseExpression(text).evaluate(undefined, {});

describe("$partition", () => {
  test("splits an array into parts, of which the last may be shorter", async () => {
    expect(await evaluate("$partition([1..5], 2)")).toEqual([[1, 2], [3, 4], [5]]);
    expect(await evaluate("$partition([0], 1)")).toEqual([[0]]);
    expect(await evaluate("$partition([0, 1], 5)")).toEqual([[0, 1]]);
  });
  test("truncates the size; returns nothing for a size of 0, and fails for a negative size", async () => {
    expect(await evaluate("$partition([1..5], 2.9)")).toEqual([[1, 2], [3, 4], [5]]);
    for (const size of ["0", "0.9", "-0.5"])
      expect(await evaluate(`$partition([1], ${size})`)).toBeUndefined();
    await expect(evaluate("$partition([1], -1)")).rejects.toMatchObject({
      code: "D3137",
      message: "Second argument must be zero or greater",
    });
  });
  test("accepts only arrays; returns nothing for a missing or empty array, and one part without a size", async () => {
    expect(await evaluate("$partition($nothing, 1)")).toBeUndefined();
    expect(await evaluate("$partition([], 1)")).toBeUndefined();
    expect(await evaluate("$partition([1, 2])")).toEqual([[1, 2]]);
    await expect(evaluate("$partition('a', 2)")).rejects.toMatchObject({
      message: 'Argument 1 of function "partition" must be an array of undefined',
    });
    for (const size of ["null", "'1'", "1, 1"])
      await expect(evaluate(`$partition([1], ${size})`)).rejects.toMatchObject({ code: "T0410" });
  });
});

describe("$range", () => {
  test("includes its end if a step reaches it, and can count down", async () => {
    expect(await evaluate("$range(0, 6, 2)")).toEqual([0, 2, 4, 6]);
    expect(await evaluate("$range(1, 9, 3)")).toEqual([1, 4, 7]);
    expect(await evaluate("$range(5, 1, -2)")).toEqual([5, 3, 1]);
  });
  test("truncates its arguments, including the step", async () => {
    expect(await evaluate("$range(-1.7, 2, 1)")).toEqual([-1, 0, 1, 2]);
    expect(await evaluate("$range(1, 4.9, 1.9)")).toEqual([1, 2, 3, 4]);
    expect(await evaluate("$range(3, -0.5, -1.5)")).toEqual([3, 2, 1, 0]);
  });
  test("returns a single number by itself, and nothing for an empty sequence", async () => {
    expect(await evaluate("$range(1, 9, 9)")).toBe(1);
    expect(await evaluate("$range(1, 0, 1)")).toBeUndefined();
  });
  test("returns nothing for a step of 0, a missing step, or a step in the wrong direction", async () => {
    for (const step of ["0", "0.5", "-0.9", "-1", "$nothing"])
      expect(await evaluate(`$range(1, 2, ${step})`)).toBeUndefined();
    expect(await evaluate("$range(1, 2)")).toBeUndefined();
  });
  test("refuses anything that is not a number, and more numbers than the service allows", async () => {
    for (const call of ["$range($nothing, 2, 1)", "$range(1, null, 1)", "$range(1, 2, '1')"])
      await expect(evaluate(call)).rejects.toMatchObject({ code: "T0410" });
    await expect(evaluate("$range(1, 1000000, 1)")).rejects.toThrow("memory limit");
  });
});

describe("$hash", () => {
  test.each([
    ["MD5", "a43c1b0aa53a0c908810c06ab1ff3967"],
    ["SHA-1", "140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"],
    ["SHA-256", "c96c6d5be8d08a12e7b5cdc1b207fa6b2430974c86803d8891675e76fd992c20"],
  ])("returns the %s hash of a string, in hexadecimal", async (algorithm, digest) => {
    expect(await evaluate(`$hash("input", "${algorithm}")`)).toBe(digest);
  });
  test("also supports SHA-384 and SHA-512, but no other algorithms", async () => {
    expect(await evaluate('$length($hash("x", "SHA-384"))')).toBe(96);
    expect(await evaluate('$length($hash("x", "SHA-512"))')).toBe(128);
    await expect(evaluate('$hash("x", "SHA-3")')).rejects.toMatchObject({
      code: "D3137",
      message: "Hash algorithm 'SHA-3' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5",
    });
  });
  test("returns nothing without an algorithm, and fails without a string", async () => {
    expect(await evaluate('$hash("x")')).toBeUndefined();
    for (const call of ['$hash($nothing, "MD5")', '$hash(1, "MD5")', '$hash("x", 5)', '$hash("x", null)'])
      await expect(evaluate(call)).rejects.toMatchObject({ code: "T0410" });
  });
});

test("$random returns the same number as the service for a seed, and a number from 0 to 1 without a seed", async () => {
  expect(await evaluate("$random(42)")).toBe(0.7275636800328681);
  expect(await evaluate("$random(42.9)")).toBe(0.7275636800328681);
  expect(await evaluate("$random(1e300)")).toBe(await evaluate("$random(1e20)"));
  for (const seed of ["null", "'42'"])
    await expect(evaluate(`$random(${seed})`)).rejects.toMatchObject({ code: "T0410" });
  const number = Number(await evaluate("$random()"));
  expect(number).toBeGreaterThanOrEqual(0);
  expect(number).toBeLessThan(1);
});

test("$uuid returns a new version 4 UUID each time", async () => {
  const [first, second] = [await evaluate("$uuid()"), await evaluate("$uuid()")];
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(second).not.toBe(first);
});

test("$parse reads JSON text", async () => {
  expect(await evaluate('$parse("{\\"a\\": [1, null]}")')).toEqual({ a: [1, null] });
  expect(await evaluate("$parse($nothing)")).toBeUndefined();
  expect(await evaluate("$sum($map(['1', '2'], $parse))")).toBe(3);
  await expect(evaluate("$parse(5)")).rejects.toMatchObject({ code: "T0410" });
});

test.each(["{", "", "NaN", "1 2", '{"a": 1, "\\u0061": 2}', "[1e400]"])(
  "$parse refuses %j, as the service does",
  async (text) => {
    await expect(parseExpression("$parse($text)").evaluate(undefined, { text })).rejects.toMatchObject({
      code: "D3137",
      message: "Invalid JSON",
    });
  },
);

test("$parse accepts keys that repeat in different objects, and strings that look like keys", async () => {
  const text = '{"a": {"a": ["a", "a", {"b:": "b:{"}]}, "b": "\\":"}';
  expect(await parseExpression("$parse($text)").evaluate(undefined, { text })).toEqual(JSON.parse(text));
});

import { describe, expect, test } from "vitest";
import { parseExpression } from "./expression.ts";

const evaluate = (text: string): Promise<unknown> => parseExpression(text).evaluate(undefined, {});

describe("$partition", () => {
  test("splits an array into parts, the last one shorter", async () => {
    expect(await evaluate("$partition([1..5], 2)")).toEqual([[1, 2], [3, 4], [5]]);
    expect(await evaluate("$partition([0], 1)")).toEqual([[0]]);
    expect(await evaluate("$partition([0, 1], 5)")).toEqual([[0, 1]]);
  });
  test("treats a single value as an array of one", async () => {
    expect(await evaluate("$partition('a', 2)")).toEqual([["a"]]);
  });
  test("truncates its size, and refuses a size below 1", async () => {
    expect(await evaluate("$partition([1..5], 2.9)")).toEqual([[1, 2], [3, 4], [5]]);
    for (const size of ["0", "0.9", "-1"])
      await expect(evaluate(`$partition([1], ${size})`)).rejects.toThrow("positive integer");
  });
});

describe("$range", () => {
  test("includes its end where the step lands on it, and counts down too", async () => {
    expect(await evaluate("$range(0, 6, 2)")).toEqual([0, 2, 4, 6]);
    expect(await evaluate("$range(1, 9, 3)")).toEqual([1, 4, 7]);
    expect(await evaluate("$range(5, 1, -2)")).toEqual([5, 3, 1]);
  });
  test("truncates its arguments, including the step", async () => {
    expect(await evaluate("$range(-1.7, 2, 1)")).toEqual([-1, 0, 1, 2]);
    expect(await evaluate("$range(1, 4.9, 1.9)")).toEqual([1, 2, 3, 4]);
    expect(await evaluate("$range(3, -0.5, -1.5)")).toEqual([3, 2, 1, 0]);
  });
  test("returns a single number by itself, and nothing for no number, like any sequence", async () => {
    expect(await evaluate("$range(1, 9, 9)")).toBe(1);
    expect(await evaluate("$range(1, 0, 1)")).toBeUndefined();
  });
  test("refuses a step of 0 and more numbers than the service holds", async () => {
    for (const step of ["0", "0.5", "-0.9"])
      await expect(evaluate(`$range(1, 2, ${step})`)).rejects.toThrow("must not be zero");
    await expect(evaluate("$range(1, 1000000, 1)")).rejects.toThrow("memory limit");
  });
});

describe("$hash", () => {
  test.each([
    ["MD5", "a43c1b0aa53a0c908810c06ab1ff3967"],
    ["SHA-1", "140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"],
    ["SHA-256", "c96c6d5be8d08a12e7b5cdc1b207fa6b2430974c86803d8891675e76fd992c20"],
  ])("%s of a text, in hexadecimal", async (algorithm, digest) => {
    expect(await evaluate(`$hash("input", "${algorithm}")`)).toBe(digest);
  });
  test("knows SHA-384 and SHA-512 by their lengths, and no other", async () => {
    expect(await evaluate('$length($hash("x", "SHA-384"))')).toBe(96);
    expect(await evaluate('$length($hash("x", "SHA-512"))')).toBe(128);
    await expect(evaluate('$hash("x", "SHA-3")')).rejects.toThrow("'SHA-3'");
  });
});

test("$random with a seed returns the service's number, and without one a number from 0 to 1", async () => {
  expect(await evaluate("$random(42)")).toBe(0.7275636800328681);
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
  await expect(evaluate('$parse("{")')).rejects.toThrow("JSON");
});

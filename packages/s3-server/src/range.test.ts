import { describe, expect, test } from "vitest";
import { parseRange } from "./range.ts";

// The expected ranges were recorded from the service, for an object of ten bytes.
describe("Range", () => {
  test.each([
    ["bytes=0-8", { start: 0, end: 9 }],
    ["bytes=1-1", { start: 1, end: 2 }],
    ["bytes=1-", { start: 1, end: 10 }],
    ["bytes=-2", { start: 8, end: 10 }],
    ["bytes=-15", { start: 0, end: 10 }],
    ["bytes=0-100", { start: 0, end: 10 }],
    ["bytes=0-0", { start: 0, end: 1 }],
    ["bytes=1-0", null],
    ["bytes=-1-", null],
    ["bytes=0--1", null],
    ["bytes=0-1,3-4,7-9", null],
    ["0-9", null],
    ["bytes=-", null],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=100-200", "unsatisfiable"],
    ["bytes=10-", "unsatisfiable"],
  ] as const)("reads %s", (text, expected) => {
    expect(parseRange(text, 10)).toEqual(expected);
  });

  test("cannot be satisfied for an empty object", () => {
    expect(parseRange("bytes=0-", 0)).toBe("unsatisfiable");
    expect(parseRange("bytes=-1", 0)).toBe("unsatisfiable");
  });
});

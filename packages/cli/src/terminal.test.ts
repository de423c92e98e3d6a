import { expect, test } from "vitest";
import { formatBytes, formatDuration, lineOf, wrapped } from "./terminal.ts";

test.each([
  [0, "0.0 s"],
  [1234, "1.2 s"],
  [59_940, "59.9 s"],
  [59_960, "1 min 0 s"],
  [200_000, "3 min 20 s"],
  [3_599_400, "59 min 59 s"],
  [7_500_000, "2 h 5 min"],
  [273_600_000, "3 d 4 h"],
])("%i ms are %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [184_100, "184.1 kB"],
  [6_100_000_000, "6.1 GB"],
])("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("a line that is too long is cut, even inside a span", () => {
  const paint = (_style: unknown, text: string) => `[${text}]`;
  const spans = ["ab", { text: "cdef", style: "red" as const }, "gh"];
  expect(lineOf(spans, 8, paint)).toBe("ab[cdef]gh");
  expect(lineOf(spans, 5, paint)).toBe("ab[cd]…");
  expect(lineOf(spans, 2, paint)).toBe("a…");
});

test("a long sentence is wrapped between words and keeps its indentation, and color codes do not count as width", () => {
  const sentence = "   one two three four five six seven eight nine ten";
  expect(wrapped(sentence, 45)).toEqual(["   one two three four five six seven eight", "   nine ten"]);
  expect(wrapped(sentence, 52)).toEqual([sentence]);
  const colored = "\u001b[1mone two three\u001b[22m four five six seven eight";
  expect(wrapped(colored, 42)).toEqual([colored]);
});

import { expect, test } from "vitest";
import { isValidName } from "./limits.ts";

test.each(["a", "Pipeline-2026_01.31", "über", ".", "(x)=y+z@1!", "x".repeat(80)])("%s is a name", (name) => {
  expect(isValidName(name)).toBe(true);
});

test.each([
  "",
  "x".repeat(81),
  "a b",
  "a/b",
  "a:b",
  "a*",
  "a?",
  "a\tb",
  "a\u0085b",
  'a"b',
  "a%b",
  "{a}",
  "a#",
  "a,b",
])("%j is none", (name) => {
  expect(isValidName(name)).toBe(false);
});

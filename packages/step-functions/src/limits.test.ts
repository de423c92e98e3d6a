import { expect, test } from "vitest";
import { isValidName } from "./limits.ts";

test.each(["a", "Pipeline-2026_01.31", "über", ".", "(x)=y+z@1!", "x".repeat(80)])(
  "%s is a valid name",
  (name) => {
    expect(isValidName(name)).toBe(true);
  },
);

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
  "a\ufffe",
  "a\uffff",
  "a\ud800",
  "a\u{1f600}",
  "a\u{10ffff}",
])("%j is not a valid name", (name) => {
  expect(isValidName(name)).toBe(false);
});

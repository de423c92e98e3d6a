import { expect, test } from "vitest";
import { similarSurveys } from "./similar-surveys.ts";

test.each([
  ["cuu", "Did you mean cu? "],
  ["uc", "Did you mean cu? "],
  ["CU", "Did you mean cu? "],
])("%s: %s", (survey, hint) => {
  expect(similarSurveys(survey)).toContain(hint);
});

test("a known abbreviation gets no hint; one that resembles no survey gets the command that lists the surveys", () => {
  expect(similarSurveys("cu")).toBe("");
  expect(similarSurveys("zzzz")).toBe("To list the surveys: npx quest surveys");
});

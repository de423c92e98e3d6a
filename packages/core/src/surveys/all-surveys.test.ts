import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { shareConcurrency, surveysToRun } from "./all-surveys.ts";

const surveys = ["ap", "bd", "ce", "cs", "cu", "la", "ln", "oe", "pr", "sm", "wp"];
const sunday = new Date("2026-11-29T15:00:00Z");
const daysLater = (days: number) => new Date(sunday.getTime() + days * 86_400_000);

test("the product of concurrent surveys and files never exceeds the allowed number of concurrent requests", () => {
  for (let concurrency = 1; concurrency <= 40; concurrency++) {
    const share = shareConcurrency(concurrency);
    expect(share.surveys * share.files).toBeLessThanOrEqual(concurrency);
    expect(Math.min(share.surveys, share.files)).toBeGreaterThanOrEqual(1);
  }
  expect(shareConcurrency(4)).toEqual({ surveys: 2, files: 2 });
});

test("each survey gets an execution with a unique name and no pause", () => {
  let number = 0;
  expect(surveysToRun(["cu", "pr"], {}, sunday, () => String(++number))).toEqual([
    { survey: "cu", execution: "cu-1", input: { survey: "cu", settleSeconds: 0 } },
    { survey: "pr", execution: "pr-2", input: { survey: "pr", settleSeconds: 0 } },
  ]);
});

test("the executions of 2,000 surveys fit into a state's output, as docs/surveys.md says", () => {
  // BLS's abbreviations have two characters.
  const many = Array.from({ length: 2000 }, () => "pr");
  const executions = surveysToRun(many, { verify: true }, sunday, randomUUID);
  expect(Buffer.byteLength(JSON.stringify(executions))).toBeLessThan(255 * 1024);
});

test("the weekly verification covers each survey once, and is spread over the week", () => {
  const verified = Array.from({ length: 7 }, (_, day) =>
    surveysToRun(surveys, { weeklyVerify: true }, daysLater(day), () => "x").flatMap(({ survey, input }) =>
      input.verify ? [survey] : [],
    ),
  );
  expect(verified.flat().sort()).toEqual(surveys);
  for (const day of verified) expect(day.length).toBeLessThan(surveys.length / 2);
});

test("weekdays are in New York time, even at 11 p.m. there, when it is already the next day in UTC", () => {
  const verifiedAt = (time: string) =>
    surveysToRun(surveys, { weeklyVerify: true }, new Date(time), () => "x").filter(
      ({ input }) => input.verify,
    );
  expect(verifiedAt("2026-11-30T04:00:00Z")).toEqual(verifiedAt("2026-11-29T15:00:00Z"));
});

test("verify applies to all surveys, and so does refresh: false", () => {
  const inputs = (input: object) => surveysToRun(["pr"], input, sunday, () => "x")[0]?.input;
  expect(inputs({ verify: true })).toMatchObject({ verify: true });
  expect(inputs({ refresh: false, verify: true })).toEqual({
    survey: "pr",
    settleSeconds: 0,
    refresh: false,
  });
});

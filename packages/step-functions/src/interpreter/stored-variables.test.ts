import { expect, test } from "vitest";
import { runInMemory } from "./memory-run.ts";

const big = (bytes: number) => `{% $pad('', ${bytes}, 'x') %}`;
const machine = (States: Record<string, object>) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(States)[0],
  States,
});

test("the values of an Assign may total 256 KiB", async () => {
  const assign = (bytes: number) =>
    machine({ A: { Type: "Pass", Assign: { a: big(bytes), b: big(131_070) }, Output: 1, End: true } });
  // Including their quotes, the two strings total exactly 256 KiB.
  expect(await runInMemory({ definition: assign(131_070) }).finished).toMatchObject({ status: "SUCCEEDED" });
  expect(await runInMemory({ definition: assign(131_071) }).finished).toMatchObject({
    status: "FAILED",
    error: "States.DataLimitExceeded",
  });
});

/**
 * A loop that repeatedly assigns a variable of 250,000 bytes, and then a Map of `count` iterations that each assign
 * another such variable.
 */
const many = (count: number) =>
  machine({
    Loop: {
      Type: "Pass",
      Assign: { n: "{% $exists($n) ? $n + 1 : 1 %}", v: big(250_000) },
      Output: 1,
      Next: "Again",
    },
    Again: { Type: "Choice", Choices: [{ Condition: "{% $n < 60 %}", Next: "Loop" }], Default: "Each" },
    Each: {
      Type: "Map",
      Items: `{% [1..${count}] %}`,
      ItemProcessor: {
        StartAt: "A",
        States: {
          A: { Type: "Pass", Assign: { w: big(250_000) }, Output: 1, Next: "B" },
          B: { Type: "Wait", Seconds: 1, End: true },
        },
      },
      Output: 1,
      End: true,
    },
  });

test("an execution's variables may total 10 MiB, not counting scopes that have ended", async () => {
  // At most 40 of the 41 iterations run at a time. With the outer variable, 41 variables (10.25 MB) exist at once.
  expect(await runInMemory({ definition: many(41) }).finished).toMatchObject({ status: "SUCCEEDED" });
  const tooMuch = machine({
    First: { Type: "Pass", Assign: { u: big(250_000) }, Output: 1, Next: "Loop" },
    ...many(40).States,
  });
  expect(await runInMemory({ definition: tooMuch }).finished).toMatchObject({
    status: "FAILED",
    error: "States.DataLimitExceeded",
  });
});

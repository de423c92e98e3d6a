import { expect, test } from "vitest";
import { runInMemory } from "./memory-run.ts";

const big = (bytes: number) => `{% $pad('', ${bytes}, 'x') %}`;
const machine = (States: Record<string, object>) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(States)[0],
  States,
});

test("one Assign may hold 256 KiB in total", async () => {
  const assign = (bytes: number) =>
    machine({ A: { Type: "Pass", Assign: { a: big(bytes), b: big(131_070) }, Output: 1, End: true } });
  // Two strings, including their quotes.
  expect(await runInMemory({ definition: assign(131_070) }).finished).toMatchObject({ status: "SUCCEEDED" });
  expect(await runInMemory({ definition: assign(131_071) }).finished).toMatchObject({
    status: "FAILED",
    error: "States.DataLimitExceeded",
  });
});

/**
 * A Map of `count` iterations, all with a variable of 250,000 bytes at the same time, and a loop that
 * repeatedly assigns one.
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

test("an execution may hold 10 MiB: across all current scopes, but not those that have ended", async () => {
  // 41 iterations run 40 at a time. With the outer variable, that makes 41 variables at once, 10.25 MB.
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

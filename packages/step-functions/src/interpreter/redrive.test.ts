import { describe, expect, test } from "vitest";
import type { HistoryRecord } from "../history.ts";
import type { InvokeLambda } from "../lambda.ts";
import { raise } from "./lambda.test-support.ts";
import { runInMemory } from "./memory-run.ts";
import { outline } from "./outline.ts";

const Resource = "arn:aws:lambda:us-east-1:000000000000:function:Work";
const machine = (States: Record<string, object>) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(States)[0],
  States,
});
const task = (settings: object = { End: true }) => ({ Type: "Task", Resource, ...settings });

/** Functions that fail for the payloads in `failing`, and record each call. */
function workshop(...failing: unknown[]): {
  invokeLambda: InvokeLambda;
  calls: unknown[];
  failing: unknown[];
} {
  const calls: unknown[] = [];
  return {
    calls,
    failing,
    invokeLambda: async (_name, text) => {
      const payload = JSON.parse(text);
      calls.push(payload);
      return failing.includes(payload) ? raise("Broken") : { payload: text };
    },
  };
}

/** Runs an execution until it fails, makes all functions succeed, and redrives the execution. */
async function failThenRedrive(definition: object, shop: ReturnType<typeof workshop>, input: number[] = []) {
  const first = runInMemory({ definition, input, invokeLambda: shop.invokeLambda });
  const failed = await first.finished;
  const before = first.records.length;
  shop.failing.length = 0;
  const callsBefore = shop.calls.splice(0);
  const again = runInMemory({ definition, input, invokeLambda: shop.invokeLambda, after: first.records });
  const ending = await again.finished;
  return {
    failed,
    callsBefore,
    ending,
    calls: shop.calls,
    lines: outline(again.records).slice(before),
    records: again.records,
  };
}

test("a task that failed is scheduled again, and earlier states do not run again", async () => {
  const definition = machine({
    A: task({ Arguments: 1, Assign: { fromA: "{% $states.result %}" }, Next: "B" }),
    B: task({ Arguments: 2, Output: "{% [$fromA, $states.result] %}", End: true }),
  });
  const run = await failThenRedrive(definition, workshop(2));
  expect(run.failed).toMatchObject({ status: "FAILED", error: "Broken" });
  expect(run.calls).toEqual([2]);
  expect(run.ending).toEqual({ status: "SUCCEEDED", output: "[1,2]" });
  expect(run.lines).toEqual([
    "12 <- 11 ExecutionRedriven",
    "13 <- 12 LambdaFunctionScheduled",
    "14 <- 13 LambdaFunctionStarted",
    "15 <- 14 LambdaFunctionSucceeded",
    "16 <- 15 TaskStateExited B",
    "17 <- 16 ExecutionSucceeded",
  ]);
});

test("a Map continues a failed iteration where it stopped, and runs the iterations that never started", async () => {
  const definition = machine({
    M: {
      Type: "Map",
      MaxConcurrency: 1,
      ItemProcessor: {
        StartAt: "First",
        States: {
          First: task({
            Arguments: "{% 'first ' & $states.input %}",
            Assign: { seen: "{% $states.result %}" },
            Next: "Second",
          }),
          Second: task({
            Arguments: "{% 'second ' & $states.context.Map.Item.Value %}",
            Output: "{% [$seen, $states.result] %}",
            End: true,
          }),
        },
      },
      End: true,
    },
  });
  const run = await failThenRedrive(definition, workshop("second 2"), [1, 2, 3]);
  expect(run.callsBefore).toEqual(["first 1", "second 1", "first 2", "second 2"]);
  expect(run.calls).toEqual(["second 2", "first 3", "second 3"]);
  const output = [1, 2, 3].map((item) => [`first ${item}`, `second ${item}`]);
  expect(run.ending).toEqual({ status: "SUCCEEDED", output: JSON.stringify(output) });
  const started = run.lines.filter(
    (line) => line.includes("MapIterationStarted") || line.includes("MapState"),
  );
  expect(started).toEqual([
    expect.stringMatching(/MapIterationStarted 1$/),
    expect.stringMatching(/MapIterationStarted 2$/),
    expect.stringContaining("MapStateSucceeded"),
    expect.stringContaining("MapStateExited M"),
  ]);
});

test("in nested Parallels and Maps, only states that did not succeed run again", async () => {
  const inner = (prefix: string) => ({
    StartAt: `${prefix}Items`,
    States: {
      [`${prefix}Items`]: {
        Type: "Map",
        MaxConcurrency: 1,
        ItemProcessor: {
          StartAt: `${prefix}Work`,
          States: { [`${prefix}Work`]: task({ Arguments: `{% '${prefix}' & $states.input %}`, End: true }) },
        },
        End: true,
      },
    },
  });
  const definition = machine({ P: { Type: "Parallel", Branches: [inner("a"), inner("b")], End: true } });
  const run = await failThenRedrive(definition, workshop("b2"), [1, 2, 3]);
  // Branch a may or may not have finished when b failed, so its calls are not checked.
  const all = [...run.callsBefore, ...run.calls];
  expect(all.filter((call) => call === "b2")).toHaveLength(2);
  expect(run.callsBefore).toContain("b1");
  expect(run.calls).not.toContain("b1");
  expect(run.calls).toContain("b3");
  expect(run.ending).toEqual({ status: "SUCCEEDED", output: '[["a1","a2","a3"],["b1","b2","b3"]]' });
});

test("retry counts start over after a redrive", async () => {
  const definition = machine({
    A: task({ Retry: [{ ErrorEquals: ["Broken"], MaxAttempts: 1 }], End: true }),
  });
  const failing = workshop(7);
  const first = runInMemory({ definition, input: 7, invokeLambda: failing.invokeLambda });
  await first.finished;
  const again = runInMemory({
    definition,
    input: 7,
    invokeLambda: failing.invokeLambda,
    after: first.records,
  });
  expect(await again.finished).toMatchObject({ status: "FAILED", error: "Broken" });
  expect(failing.calls).toHaveLength(4);
});

test("after a retry of a Map, a redrive keeps only the results of the last attempt", async () => {
  const definition = machine({
    M: {
      Type: "Map",
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: "W", States: { W: task() } },
      Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 1 }],
      End: true,
    },
  });
  // The first attempt finishes items 1 and 2 and fails at item 3. The second attempt fails at item 1.
  const shop = workshop(3);
  const first = runInMemory({
    definition,
    input: [1, 2, 3],
    invokeLambda: async (...call) => (shop.calls.length === 3 ? raise("Broken") : shop.invokeLambda(...call)),
  });
  await first.finished;
  expect(shop.calls.splice(0)).toEqual([1, 2, 3]);
  shop.failing.length = 0;
  const again = runInMemory({
    definition,
    input: [1, 2, 3],
    invokeLambda: shop.invokeLambda,
    after: first.records,
  });
  expect(await again.finished).toEqual({ status: "SUCCEEDED", output: "[1,2,3]" });
  expect(shop.calls).toEqual([1, 2, 3]);
});

test("a retry after a redrive restarts all iterations", async () => {
  const definition = machine({
    M: {
      Type: "Map",
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: "W", States: { W: task() } },
      Retry: [{ ErrorEquals: ["Broken"], MaxAttempts: 1 }],
      End: true,
    },
  });
  const shop = workshop(2);
  const first = runInMemory({ definition, input: [1, 2], invokeLambda: shop.invokeLambda });
  await first.finished;
  shop.calls.length = 0;
  const again = runInMemory({
    definition,
    input: [1, 2],
    invokeLambda: shop.invokeLambda,
    after: first.records,
  });
  expect(await again.finished).toMatchObject({ status: "FAILED" });
  expect(shop.calls).toEqual([2, 1, 2]);
});

test("the whole Map runs again if its data was too large", async () => {
  const big = "{% $states.input = 2 ? $pad('', 300000, 'x') : 'small' %}";
  const definition = machine({
    M: {
      Type: "Map",
      MaxConcurrency: 1,
      ItemProcessor: {
        StartAt: "W",
        States: { W: task({ Next: "Big" }), Big: { Type: "Pass", Output: big, End: true } },
      },
      End: true,
    },
  });
  const run = await failThenRedrive(definition, workshop(), [1, 2]);
  expect(run.failed).toMatchObject({ error: "States.DataLimitExceeded" });
  expect(run.calls).toEqual([1, 2]);
});

test("a Fail state is entered again and fails again", async () => {
  const run = await failThenRedrive(machine({ F: { Type: "Fail", Error: "E", Cause: "c" } }), workshop());
  expect(run.ending).toEqual({ status: "FAILED", error: "E", cause: "c" });
  expect(run.lines).toEqual([
    "4 <- 3 ExecutionRedriven",
    "5 <- 4 FailStateEntered F",
    "6 <- 5 ExecutionFailed",
  ]);
});

describe("a redriven execution ends the way an uninterrupted one does", () => {
  const definition = machine({
    Choose: {
      Type: "Choice",
      Choices: [{ Condition: "{% $states.input[0] = 1 %}", Next: "M", Assign: { chosen: true } }],
      Default: "M",
    },
    M: {
      Type: "Map",
      MaxConcurrency: 2,
      ItemProcessor: {
        StartAt: "One",
        States: {
          One: task({ Assign: { one: "{% $states.result %}" }, Next: "Rest" }),
          Rest: { Type: "Wait", Seconds: 5, Output: "{% $states.input + $one %}", End: true },
        },
      },
      Next: "P",
    },
    P: {
      Type: "Parallel",
      Branches: [
        {
          StartAt: "X",
          States: {
            X: { Type: "Pass", Assign: { x: 1 }, Next: "Y" },
            Y: task({ Output: "{% [$x, $states.result] %}", End: true }),
          },
        },
        { StartAt: "Z", States: { Z: { Type: "Succeed", Output: "{% $chosen %}" } } },
      ],
      Next: "Last",
    },
    Last: { Type: "Pass", Assign: { done: true }, Next: "End" },
    End: { Type: "Succeed" },
  });

  test("whichever event was recorded last", async () => {
    const whole = runInMemory({ definition, input: [1, 2, 3] });
    const ending = await whole.finished;
    expect(ending).toMatchObject({ status: "SUCCEEDED" });
    for (let length = 1; length < whole.records.length; length++) {
      const cut = structuredClone(whole.records.slice(0, length)) satisfies HistoryRecord[];
      const finished = new Set(exits(cut));
      const again = runInMemory({ definition, input: [1, 2, 3], after: cut });
      expect(await again.finished, `cut off after event ${length}`).toEqual(ending);
      const rerun = exits(again.records.slice(length));
      expect(
        rerun.filter((exit) => finished.has(exit)),
        `cut off after event ${length}`,
      ).toEqual([]);
    }
  });
});

/** The states that were exited, with their paths. */
function exits(records: HistoryRecord[]): string[] {
  return records.flatMap(({ event, place }) => {
    const name = event.stateExitedEventDetails?.name;
    return name === undefined ? [] : [[...place, name].join("/")];
  });
}

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { records, runUntilKilled, seededRandom } from "./crash.test-support.ts";

const LONG = Boolean(process.env.QUEST_LONG);
const RUNS = LONG ? 50 : 4;
/** How many times each run is killed before it may finish. */
const KILLS = LONG ? 6 : 2;

const task = (name: string, settings: object) => ({
  Type: "Task",
  Resource: "arn:aws:lambda:us-east-1:000000000000:function:Work",
  Arguments: `{% '${name} ' & $string($states.input) %}`,
  ...settings,
});
const definition = {
  QueryLanguage: "JSONata",
  StartAt: "First",
  States: {
    First: task("first", {
      Output: "{% $states.input %}",
      Assign: { first: "{% $states.result %}" },
      Next: "Each",
    }),
    Each: {
      Type: "Map",
      MaxConcurrency: 2,
      ItemProcessor: {
        StartAt: "One",
        States: {
          One: task("one", {
            Output: "{% $states.input %}",
            Assign: { one: "{% $states.result %}" },
            Next: "Two",
          }),
          Two: task("two", { Output: "{% [$one, $states.result] %}", End: true }),
        },
      },
      Output: "{% $count($states.result) %}",
      Assign: { pairs: "{% $states.result %}" },
      Next: "Both",
    },
    Both: {
      Type: "Parallel",
      Branches: [
        { StartAt: "Left", States: { Left: task("left", { End: true }) } },
        {
          StartAt: "Right",
          States: {
            Right: { Type: "Wait", Seconds: 0, Next: "Right2" },
            Right2: task("right", { End: true }),
          },
        },
      ],
      Output: { first: "{% $first %}", pairs: "{% $pairs %}", both: "{% $states.result %}" },
      End: true,
    },
  },
};
const expectedOutput = JSON.stringify({
  first: "first [1,2,3,4,5,6]",
  pairs: [1, 2, 3, 4, 5, 6].map((item) => [`one ${item}`, `two ${item}`]),
  both: ["left 6", "right 6"],
});

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

test.concurrent.each(Array.from({ length: RUNS }, (_, index) => index + 1))(
  "if the process is killed at random moments (seed %i), redrives complete the run, and no finished state runs again",
  async (seed) => {
    const random = seededRandom(seed);
    const directory = mkdtempSync(join(tmpdir(), "crash-"));
    directories.push(directory);
    const events = join(directory, "executions", "M", "one", "events.jsonl");
    let isFinished = false;
    for (let kills = 0; !isFinished && kills <= KILLS; kills++) {
      const finishedBefore = exits(events);
      isFinished = await runUntilKilled(
        directory,
        { M: definition },
        kills < KILLS ? random() * 90 : undefined,
      );
      const all = exits(events);
      // The log only grows, and each state is exited once: no finished state has run again.
      expect(all.slice(0, finishedBefore.length)).toEqual(finishedBefore);
      expect(new Set(all).size).toBe(all.length);
    }
    expect(isFinished).toBe(true);
    const execution = JSON.parse(
      readFileSync(join(directory, "executions", "M", "one", "execution.json"), "utf8"),
    );
    expect(execution).toMatchObject({ status: "SUCCEEDED", output: expectedOutput });
    const ids = records(events).map(({ event }) => event.id);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
  },
);

/** The paths of the states that were exited, in order. */
function exits(file: string): string[] {
  return records(file).flatMap(({ event, place }) => {
    const name = event.stateExitedEventDetails?.name;
    return name === undefined ? [] : [[...place, name].join("/")];
  });
}

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { records, runUntilKilled, seededRandom } from "./crash.test-support.ts";

const LONG = Boolean(process.env.QUEST_LONG);
const RUNS = LONG ? 50 : 4;
/** How many times each run is killed before it may finish. */
const KILLS = LONG ? 6 : 2;

const work = { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:Work" };
const machines = {
  M: {
    QueryLanguage: "JSONata",
    StartAt: "Each",
    States: {
      Each: {
        Type: "Map",
        MaxConcurrency: 2,
        ItemProcessor: {
          StartAt: "Nest",
          States: {
            Nest: {
              Type: "Task",
              Resource: "arn:aws:states:::states:startExecution.sync:2",
              Arguments: {
                StateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:Child",
                Input: { item: "{% $states.input %}" },
              },
              Output: "{% $states.result.Output.item %}",
              End: true,
            },
          },
        },
        End: true,
      },
    },
  },
  Child: {
    QueryLanguage: "JSONata",
    StartAt: "One",
    States: { One: { ...work, Next: "Two" }, Two: { ...work, End: true } },
  },
};

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

test.concurrent.each(Array.from({ length: RUNS }, (_, index) => index + 1))(
  "if the process is killed at random moments (seed %i), parent and children agree, and a redrive completes the parent",
  async (seed) => {
    const random = seededRandom(seed);
    const directory = mkdtempSync(join(tmpdir(), "crash-nested-"));
    directories.push(directory);
    let isFinished = false;
    for (let kills = 0; !isFinished && kills <= KILLS; kills++) {
      isFinished = await runUntilKilled(directory, machines, kills < KILLS ? random() * 90 : undefined);
      checkChildren(directory);
    }
    expect(isFinished).toBe(true);
    expect(recordOf(directory, "M", "one")).toMatchObject({ status: "SUCCEEDED", output: "[1,2,3,4,5,6]" });
    // The last process has ended the executions that earlier processes left behind, so no execution appears to be
    // running.
    const statuses = childrenOf(directory).map((name) => recordOf(directory, "Child", name).status);
    expect(statuses.filter((status) => status === "SUCCEEDED").length).toBeGreaterThanOrEqual(6);
    expect(statuses).not.toContain("RUNNING");
  },
);

/** Checks that what the parent's log says about its children is true on disk. */
function checkChildren(directory: string): void {
  for (const { event } of records(join(directory, "executions", "M", "one", "events.jsonl"))) {
    const { taskSubmittedEventDetails: submitted, taskSucceededEventDetails: succeeded } = event;
    if (submitted !== undefined) {
      const { ExecutionArn } = JSON.parse(submitted.output ?? "");
      const child = basename(ExecutionArn.replaceAll(":", "/"));
      expect(recordOf(directory, "Child", child).arn).toBe(ExecutionArn);
      const [first] = records(join(directory, "executions", "Child", child, "events.jsonl"));
      expect(first?.event.type).toBe("ExecutionStarted");
    }
    if (succeeded !== undefined) {
      const { Name, Output } = JSON.parse(succeeded.output ?? "");
      const child = recordOf(directory, "Child", Name);
      expect([child.status, JSON.parse(child.output)]).toEqual(["SUCCEEDED", Output]);
    }
  }
}

function childrenOf(directory: string): string[] {
  const folder = join(directory, "executions", "Child");
  return existsSync(folder) ? readdirSync(folder) : [];
}

function recordOf(directory: string, machine: string, name: string) {
  return JSON.parse(readFileSync(join(directory, "executions", machine, name, "execution.json"), "utf8"));
}

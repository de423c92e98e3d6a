import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import validate from "asl-validator";
import { beforeAll, describe, expect, test } from "vitest";
import { definitionOf, staleArtifacts } from "../../infra/synth/artifacts.ts";
import { root } from "../../infra/synth/folders.ts";
import { type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";

let production: Synthesis;
let dev: Synthesis;

beforeAll(async () => {
  [production, dev] = (await synthesize({}, { stage: "dev" })) as [Synthesis, Synthesis];
});

describe("the files that npm run synth writes", () => {
  test("match sst.config.ts", async () => {
    expect(await staleArtifacts(production), "run npm run synth").toEqual([]);
  });

  test("do not change from one synthesis to the next, whatever the process evaluated before", async () => {
    const [devAgain, again] = await synthesize({ stage: "dev" }, {});
    expect(again).toEqual(production);
    expect(devAgain).toEqual(dev);
  });
});

describe.each(["Pipeline", "AllSurveys"])("the definition of %s", (machine) => {
  test("is accepted by asl-validator", () => {
    expect(validate(definitionOf(production, machine)).errorsText()).toBe("");
  });

  test("is the same in every stage", () => {
    expect(definitionOf(dev, machine)).toEqual(definitionOf(production, machine));
  });

  test("refers to the functions by the names that the local run uses", async () => {
    const local = JSON.parse(
      await readFile(join(root, "packages/local/src/deployment/functions.json"), "utf8"),
    );
    const called = functionsOf(definitionOf(production, machine));
    const deployed = Object.keys(local).map(
      (name) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    );
    expect(called.length).toBeGreaterThan(1);
    expect(deployed).toEqual(expect.arrayContaining(called));
  });

  test("gives every task more time than its function has", () => {
    for (const task of tasksOf(definitionOf(production, machine))) {
      const name = task.Arguments.FunctionName?.split(":").at(-1);
      if (name === undefined) continue;
      const deployed = production.resources.find((resource) => resource.name === `${name}Function`);
      expect(task.TimeoutSeconds, name).toBeGreaterThan(Number(deployed?.inputs.timeout));
    }
  });

  test("has no state that cannot be reached", () => {
    expect(unreachable(definitionOf(production, machine) as Machine)).toEqual([]);
  });
});

test("Pipeline starts at DiscoverFiles", () => {
  expect(definitionOf(production, "Pipeline").StartAt).toBe("DiscoverFiles");
});

test("Pipeline catches only errors of single files, only in SyncFiles, and only after retries", () => {
  const catches = tasksOf(definitionOf(production, "Pipeline")).flatMap(({ Catch = [] }) => Catch);
  expect(catches).toEqual([
    {
      ErrorEquals: [
        "FileNameRefused",
        "FileRefused",
        "FileMissing",
        "FileSizeMismatch",
        "SourceAnswerRefused",
        "Sandbox.Timedout",
        "States.Timeout",
      ],
      Next: "RecordFailure",
    },
  ]);
});

test("a child execution times out before the task that waits for it, and that task times out before AllSurveys", () => {
  const seconds = (machine: string) => Number(definitionOf(production, machine).TimeoutSeconds);
  const waiting = tasksOf(definitionOf(production, "AllSurveys")).find(({ Resource }) =>
    Resource.endsWith("startExecution.sync:2"),
  );
  expect(waiting?.TimeoutSeconds).toBeGreaterThan(seconds("Pipeline"));
  expect(seconds("AllSurveys")).toBeGreaterThan(waiting?.TimeoutSeconds ?? Number.POSITIVE_INFINITY);
});

test("every function's handler is a file", () => {
  const missing = production.functions
    .map(({ handler }) => join(root, handler.replace(/\.\w+$/, ".ts")))
    .filter((file) => !existsSync(file));
  expect(missing).toEqual([]);
});

test("a deployment without a contact address fails and says what to set", async () => {
  await expect(synthesize({ contact: "" })).rejects.toThrow("QUEST_CONTACT");
});

type State = {
  Next?: string;
  Default?: string;
  Choices?: { Next: string }[];
  Catch?: { Next: string }[];
  ItemProcessor?: Machine;
};
type Machine = { StartAt: string; States: Record<string, State> };

/** The states that cannot be reached in a state machine, including the states in its Maps. */
function unreachable({ StartAt, States }: Machine): string[] {
  const reached = new Set<string>();
  const next = [StartAt];
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const { Next, Default, Choices = [], Catch = [] } = States[name] ?? {};
    next.push(
      ...[Next, Default, ...[...Choices, ...Catch].map((rule) => rule.Next)].filter((to) => to !== undefined),
    );
  }
  return Object.entries(States).flatMap(([name, { ItemProcessor }]) => [
    ...(reached.has(name) ? [] : [name]),
    ...(ItemProcessor ? unreachable(ItemProcessor) : []),
  ]);
}

type Task = {
  Type: string;
  TimeoutSeconds: number;
  Resource: string;
  Arguments: { FunctionName?: string };
  Catch?: { ErrorEquals: string[]; Next: string }[];
  ItemProcessor?: { States: Record<string, Task> };
};
function functionsOf(machine: Record<string, unknown>): string[] {
  return tasksOf(machine).flatMap((task) => task.Arguments.FunctionName ?? []);
}

function tasksOf(machine: Record<string, unknown>): Task[] {
  const states = Object.values(machine.States as Record<string, Task>);
  return states.flatMap((state) => [
    ...(state.Type === "Task" ? [state] : []),
    ...(state.ItemProcessor ? tasksOf(state.ItemProcessor) : []),
  ]);
}

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import validate from "asl-validator";
import { beforeAll, describe, expect, test } from "vitest";
import { definitionOf, staleArtifacts } from "../../infra/synth/artifacts.ts";
import { root } from "../../infra/synth/folders.ts";
import { type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";

const fiveMinutes = 300_000;
let production: Synthesis;
let dev: Synthesis;

beforeAll(async () => {
  [production, dev] = (await synthesize({}, { stage: "dev" })) as [Synthesis, Synthesis];
}, fiveMinutes);

describe("the files that npm run synth writes", () => {
  test("are what sst.config.ts gives", async () => {
    expect(await staleArtifacts(production), "run npm run synth").toEqual([]);
  });

  test("do not change from one synthesis to the next", async () => {
    const [again] = await synthesize({});
    expect(again).toEqual(production);
  });
});

describe("the state machine's definition", () => {
  test("is accepted by asl-validator", () => {
    expect(validate(definitionOf(production)).errorsText()).toBe("");
  });

  test("is the same in every stage", () => {
    expect(definitionOf(dev)).toEqual(definitionOf(production));
  });

  test("names functions that are deployed, by the names that the local run knows", async () => {
    const local = JSON.parse(
      await readFile(join(root, "packages/local/src/deployment/functions.json"), "utf8"),
    );
    const called = new Set(tasksOf(definitionOf(production)).map((task) => task.Arguments.FunctionName));
    const deployed = Object.keys(local).map(
      (name) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    );
    expect(called.size).toBe(4);
    expect(deployed).toEqual(expect.arrayContaining([...called]));
  });

  test("starts at DiscoverFiles, and every state can be reached", () => {
    const machine: Machine = JSON.parse(JSON.stringify(definitionOf(production)));
    expect(machine.StartAt).toBe("DiscoverFiles");
    expect(unreachable(machine)).toEqual([]);
  });

  test("catches the faults of single files only, in SyncFiles only, and after their retries", () => {
    const catches = tasksOf(definitionOf(production)).flatMap(({ Catch = [] }) => Catch);
    expect(catches).toEqual([
      {
        ErrorEquals: [
          "FileNameRefused",
          "FileRefused",
          "FileMissing",
          "FileSizeMismatch",
          "SourceAnswerRefused",
        ],
        Next: "RecordFailure",
      },
    ]);
  });

  test("gives every task more time than its function has", () => {
    const limits = tasksOf(definitionOf(production)).map((task) => {
      const name = task.Arguments.FunctionName.split(":").at(-1);
      const deployed = production.resources.find((resource) => resource.name === `${name}Function`);
      return { task: task.TimeoutSeconds, function: Number(deployed?.inputs.timeout) };
    });
    for (const limit of limits) expect(limit.task).toBeGreaterThan(limit.function);
  });
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

/** The states of a machine, those of its Maps included, that no path from their start leads to. */
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
  Arguments: { FunctionName: string };
  Catch?: { ErrorEquals: string[]; Next: string }[];
  ItemProcessor?: { States: Record<string, Task> };
};

function tasksOf(machine: Record<string, unknown>): Task[] {
  const states = Object.values(machine.States as Record<string, Task>);
  return states.flatMap((state) => [
    ...(state.Type === "Task" ? [state] : []),
    ...(state.ItemProcessor ? tasksOf(state.ItemProcessor) : []),
  ]);
}

/** With a damaged file in the state directory, the commands report the damage and still do everything else. */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { historyCommand } from "@data-quest/cli/history";
import { redriveCommand } from "@data-quest/cli/redrive";
import { runCommand } from "@data-quest/cli/run";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Laptop, openLaptop } from "../e2e/laptop.ts";
import { captured } from "./captured.ts";

let laptop: Laptop;
let stateDir: string;
let names: string[];
/** What the last run printed. */
let printed: string;
beforeAll(async () => {
  laptop = await openLaptop();
  stateDir = laptop.stateDir;
  await laptop.publish("pr/pr.class", "first\r\n");
  // There is no data file, so these runs fail quickly, but they still leave histories.
  for (let run = 0; run < 2; run++)
    printed = (await captured(() => runCommand({ stateDir, settle: 0, quiet: true }))).stdout;
  const { stdout } = await captured(() => historyCommand(undefined, { stateDir, json: true }));
  names = JSON.parse(stdout).map(({ name }: { name: string }) => name);
});
afterAll(() => laptop.close());

const history = () => captured(() => historyCommand(undefined, { stateDir }));

test("the next steps after a failure are aligned", () => {
  const steps = printed.split("\n").filter((line) => line.includes("npx quest"));
  expect(steps.length).toBeGreaterThanOrEqual(3);
  expect(new Set(steps.map((line) => line.indexOf("npx quest")))).toEqual(new Set([15]));
});

test("a damaged deployment file does not prevent listing executions, and a redrive reports the damage", async () => {
  const [name = ""] = names;
  expect(names).toHaveLength(2);
  for (const content of ["", '{"source":', "{}"]) {
    writeFileSync(join(stateDir, "deployments", `${name}.json`), content);
    const { code, stdout } = await history();
    expect(code).toBe(0);
    for (const one of names) expect(stdout).toContain(one);
  }
  expect(await captured(() => redriveCommand(name, { stateDir }))).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /deployments\/.*\.json is damaged\. .*cannot be redriven\. Start a new one/,
    ),
  });
});

test("a missing history does not prevent listing other executions", async () => {
  const [, name = ""] = names;
  const folder = join(stateDir, "step-functions/executions/Pipeline", name);
  for (const file of readdirSync(folder)) if (file.startsWith("events.")) rmSync(join(folder, file));
  const { code, stdout } = await history();
  expect(code).toBe(0);
  for (const one of names) expect(stdout).toContain(one);
  expect(stdout).toContain("the history was removed");
});

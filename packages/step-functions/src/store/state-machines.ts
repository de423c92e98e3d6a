import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { readJsonFile, writeJsonFile } from "./json-file.ts";
import { entryName } from "./names.ts";

/** A state machine as it is kept. Dates are milliseconds since 1970, the definition is JSON text. */
export const StateMachineRecord = z.object({
  arn: z.string(),
  name: z.string(),
  definition: z.string(),
  roleArn: z.string(),
  creationDate: z.number(),
  updateDate: z.number(),
  revisionId: z.string(),
  deleting: z.boolean(),
  tags: z.record(z.string(), z.string()),
  loggingConfiguration: z.record(z.string(), z.json()),
  tracingConfiguration: z.record(z.string(), z.json()),
});
export type StateMachineRecord = z.infer<typeof StateMachineRecord>;

/** Reads all state machines that are kept in `directory`, which is made where it is missing. */
export async function loadStateMachines(directory: string): Promise<StateMachineRecord[]> {
  await mkdir(directory, { recursive: true });
  const files = (await readdir(directory)).filter((file) => file.endsWith(".json"));
  return Promise.all(files.map((file) => readJsonFile(join(directory, file), StateMachineRecord)));
}

/** Keeps a state machine, in place of an earlier one of its name. */
export function saveStateMachine(directory: string, machine: StateMachineRecord): Promise<void> {
  return writeJsonFile(fileOf(directory, machine.name), machine);
}

/** Forgets a state machine. Its executions stay. */
export function removeStateMachine(directory: string, name: string): Promise<void> {
  return rm(fileOf(directory, name), { force: true });
}

function fileOf(directory: string, name: string): string {
  return join(directory, `${entryName(name)}.json`);
}

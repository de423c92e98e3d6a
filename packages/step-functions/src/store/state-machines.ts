import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { PRIVATE_DIRECTORY } from "@data-quest/state-directory/private-files";
import * as z from "zod";
import { named } from "../definition/named.ts";
import { Damaged, readJsonFile, writeJsonFile } from "./json-file.ts";
import { entryName } from "./names.ts";

/** A state machine as stored. Dates are milliseconds since 1970; the definition is JSON text. */
export const StateMachineRecord = z.object({
  arn: z.string(),
  name: z.string(),
  definition: z.string(),
  roleArn: z.string(),
  creationDate: z.number(),
  updateDate: z.number(),
  revisionId: z.string(),
  deleting: z.boolean(),
  tags: named(z.string(), z.string()),
  loggingConfiguration: z.record(z.string(), z.json()),
  tracingConfiguration: z.record(z.string(), z.json()),
});
export type StateMachineRecord = z.infer<typeof StateMachineRecord>;

/**
 * Reads all state machines in `directory`, which is created if it is missing. `onDamage` receives each
 * damaged file, which the result leaves out.
 */
export async function loadStateMachines(
  directory: string,
  onDamage: (file: string, error: Damaged) => void,
): Promise<StateMachineRecord[]> {
  await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  const machines: StateMachineRecord[] = [];
  for (const name of (await readdir(directory)).filter((file) => file.endsWith(".json"))) {
    const file = join(directory, name);
    try {
      machines.push(await readJsonFile(file, StateMachineRecord));
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      onDamage(file, error);
    }
  }
  return machines;
}

/** Stores a state machine, replacing an earlier one with the same name. */
export function saveStateMachine(directory: string, machine: StateMachineRecord): Promise<void> {
  return writeJsonFile(fileOf(directory, machine.name), machine);
}

/** Removes a state machine. Its executions are kept. */
export function removeStateMachine(directory: string, name: string): Promise<void> {
  return rm(fileOf(directory, name), { force: true });
}

function fileOf(directory: string, name: string): string {
  return join(directory, `${entryName(name)}.json`);
}

/** What a program that looks after the stored executions needs, beyond the API of Step Functions, which cannot delete them. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PRIVATE_DIRECTORY } from "@data-quest/state-directory/private-files";
import { executionsDirectory, filesOf, type Service } from "./service.ts";
import { type ExecutionRecord, snapshotsDirectory } from "./store/executions.ts";

/** An execution as it is stored. `startDate` is in milliseconds since 1970; `bytes` is what its files take. */
export type StoredExecution = Pick<
  ExecutionRecord,
  "arn" | "name" | "stateMachineName" | "status" | "startDate" | "input" | "output"
> & { bytes: number };

/** All executions, in no particular order. */
export async function listStored(service: Service): Promise<StoredExecution[]> {
  return Promise.all(
    [...service.executions.values()].map(async (execution) => {
      const { arn, name, stateMachineName, status, startDate, input, output } = execution;
      const bytes = await sizeOfFiles(filesOf(service, execution).directory);
      return { arn, name, stateMachineName, status, startDate, input, output, bytes };
    }),
  );
}

/** The files of a directory without those that it shares with other executions. */
async function sizeOfFiles(directory: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(directory)).map(async (name) => {
      const { size, nlink } = await stat(join(directory, name));
      return nlink > 2 ? 0 : size;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Removes an execution that is over, with its history, and the stored state machine that no other execution shares. Throws an Error
 * for one that runs or is not there.
 */
export async function removeStored(service: Service, arn: string): Promise<void> {
  const execution = service.executions.get(arn);
  if (execution === undefined) throw new Error(`There is no execution ${arn}`);
  if (execution.status === "RUNNING") throw new Error(`${arn} is running`);
  service.executions.delete(arn);
  const removed = removedDirectory(service);
  await mkdir(removed, { recursive: true, mode: PRIVATE_DIRECTORY });
  const place = join(removed, randomUUID());
  // Out of sight at one stroke: a kill in between leaves no half of an execution.
  await rename(filesOf(service, execution).directory, place);
  await rm(place, { recursive: true });
}

/** Removes what a killed process left of removals, and stored state machines without an execution. */
export async function finishRemovals(service: Service): Promise<void> {
  await rm(removedDirectory(service), { recursive: true, force: true });
  const snapshots = snapshotsDirectory(executionsDirectory(service));
  const names = await readdir(snapshots).catch(() => []);
  for (const name of names) {
    const { nlink } = await stat(join(snapshots, name));
    if (nlink === 1) await rm(join(snapshots, name));
  }
}

function removedDirectory({ dir }: Service): string {
  return join(dir, "removed");
}

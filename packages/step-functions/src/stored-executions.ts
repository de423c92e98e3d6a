/**
 * Functions for a program that manages the stored executions. They exist because the API of Step Functions cannot
 * delete executions.
 */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PRIVATE_DIRECTORY } from "@data-quest/state-directory/private-files";
import { executionsDirectory, filesOf, isReported, type Service } from "./service.ts";
import { type ExecutionRecord, snapshotsDirectory } from "./store/executions.ts";

/** A stored execution. `startDate` is in milliseconds since 1970; `bytes` is the size of its files. */
export type StoredExecution = Pick<
  ExecutionRecord,
  "arn" | "name" | "stateMachineName" | "status" | "startDate" | "input" | "output"
> & { bytes: number };

/** All executions, in no particular order. */
export async function listStored(service: Service): Promise<StoredExecution[]> {
  return Promise.all(
    [...service.executions.values()].map(async (execution) => {
      const { arn, name, stateMachineName, status, startDate, input, output } = execution;
      await isReported(service, arn);
      const bytes = await sizeOfFiles(filesOf(service, execution).directory);
      return { arn, name, stateMachineName, status, startDate, input, output, bytes };
    }),
  );
}

/** The total bytes of a directory's files, without files that are shared with other executions. */
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
 * Removes an execution that has ended, including its history. The stored state machine, if no other execution
 * shares it, is removed by finishRemovals. Throws an Error if the execution is running or does not exist.
 */
export async function removeStored(service: Service, arn: string): Promise<void> {
  const execution = service.executions.get(arn);
  if (execution === undefined) throw new Error(`The execution ${arn} does not exist`);
  if (execution.status === "RUNNING") throw new Error(`${arn} is running`);
  service.executions.delete(arn);
  await isReported(service, arn);
  const removed = removedDirectory(service);
  await mkdir(removed, { recursive: true, mode: PRIVATE_DIRECTORY });
  const place = join(removed, randomUUID());
  // The directory is renamed in one step, so that a killed process never leaves half of an execution.
  await rename(filesOf(service, execution).directory, place);
  await rm(place, { recursive: true });
}

/** Removes the remains of interrupted removals, and the stored state machines that no execution uses. */
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

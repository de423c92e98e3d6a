/** `quest replica`: serves a folder as the BLS site does, until Ctrl-C. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { startReplica } from "@data-quest/bls-replica";
import { Failure } from "./failure.ts";

export type ReplicaCommandOptions = { port?: number; population?: string };

/** Serves `dir`, which contains a folder for each survey. Returns the exit code. */
export async function replicaCommand(dir: string, options: ReplicaCommandOptions): Promise<number> {
  if (options.population !== undefined && !existsSync(options.population))
    throw new Failure(`There is no file ${options.population} to serve as the population`);
  const replica = await startReplica({
    dir,
    onRequest: ({ method, path, status, bytes }) =>
      process.stderr.write(`${status} ${method} ${path} ${bytes}\n`),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.population === undefined ? {} : { population: options.population }),
  }).catch((error: unknown) => {
    throw new Failure(`The replica cannot start: ${error instanceof Error ? error.message : String(error)}`);
  });
  process.stdout.write(`Serving ${dir} until Ctrl-C\n`);
  process.stdout.write(`  --source ${replica.timeSeries}\n  --population-source ${replica.population}\n`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await replica.close();
  return 0;
}

/**
 * Determines from an object's metadata which execution wrote it. If two executions write the same
 * key, the later one wins.
 */
import { WriteConflict } from "../errors.ts";
import type { Execution } from "../workflow.ts";
import { type Bucket, headObject, type ObjectHead } from "./objects.ts";

const EXECUTION = "execution";
const STARTED = "execution-started";
/** Each attempt can fail only because another execution wrote the file first, which is rare. */
const TRIES = 10;

/** The metadata of the objects that `execution` writes. */
export function writtenBy({ name, startTime }: Execution): Record<string, string> {
  return { [EXECUTION]: name, [STARTED]: startTime };
}

/** The name of the execution that wrote an object. Undefined if no execution wrote it. */
export function writerOf({ metadata }: ObjectHead): string | undefined {
  return metadata[EXECUTION];
}

/**
 * True if the execution that wrote the object started later than `execution`. If both started at the same time,
 * the one whose name sorts last counts as later.
 */
export function isLater({ metadata }: ObjectHead, execution: Execution): boolean {
  const started = Date.parse(metadata[STARTED] ?? "") || 0;
  const ours = Date.parse(execution.startTime);
  return started > ours || (started === ours && (metadata[EXECUTION] ?? "") > execution.name);
}

/**
 * Calls `write` with the stored object. If a later execution wrote that object, calls `leave` with the name of
 * that execution instead. Starts over if `write` throws WriteConflict, because another writer was faster.
 */
export async function replaceOlder<Result>(
  bucket: Bucket,
  key: string,
  execution: Execution,
  write: (stored: ObjectHead | undefined) => Promise<Result>,
  leave: (later: string) => Result,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    const stored = await headObject(bucket, key);
    if (stored !== undefined && isLater(stored, execution)) return leave(writerOf(stored) ?? "");
    try {
      return await write(stored);
    } catch (error) {
      if (!(error instanceof WriteConflict) || tries === TRIES) throw error;
    }
  }
}

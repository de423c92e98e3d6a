import * as z from "zod";
import { Survey } from "../workflow.ts";

/**
 * A survey in the index. Times are UTC. `changedAtSource` is the newest time in BLS's listing; `changes` are
 * those of the last execution.
 */
export const IndexEntry = z.strictObject({
  survey: Survey,
  /** The full name; null if it is not known. */
  name: z.string().nullable().default(null),
  status: z.enum(["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "EMPTY"]),
  execution: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  error: z.string().nullable(),
  files: z.int().min(0).nullable(),
  bytes: z.int().min(0).nullable(),
  changedAtSource: z.iso.datetime().nullable(),
  changes: z.strictObject({ created: z.int(), updated: z.int(), removed: z.int(), held: z.int() }).nullable(),
  /** The report's URL, relative to the index; null if no execution has published a report yet. */
  report: z.string().nullable(),
});
export type IndexEntry = z.infer<typeof IndexEntry>;

/** What an execution records; the index adds the survey's name. */
export type RecordedEntry = Omit<IndexEntry, "name">;

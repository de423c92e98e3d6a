/** The kinds of outcomes that a run with a fault can have. */
import type { Seen } from "./fault.ts";

/** The run did its work normally. */
export const done: Seen = {
  retried: [],
  error: null,
  stops: "nothing",
  pauses: [],
  asksForRest: false,
  asksIfModified: false,
  changedFile: "new",
  repairedBy: null,
  brokenPromises: [],
};
/** The run succeeds after a retry. */
export const retried = (...errors: string[]): Seen => ({ ...done, retried: errors });
/** The run fails, and what was stored is unchanged. */
export const fails = (error: string): Seen => ({
  ...done,
  error,
  stops: "the run",
  changedFile: "old",
  repairedBy: "next run",
});
/** The run fails after all its retries. */
export const gaveUp = (error: string): Seen => ({ ...fails(error), retried: [error] });
/** The changed file fails, its stored version is unchanged, and all other files are synced. */
export const fileFails = (error: string): Seen => ({ ...fails(error), stops: "the file" });
/** Like `fileFails`, but after all retries. */
export const fileGaveUp = (error: string): Seen => ({ ...fileFails(error), retried: [error] });
/** A listed entry without a stored file fails, and all other files are synced. */
export const entryFails = (error: string): Seen => ({ ...done, error, stops: "the file" });

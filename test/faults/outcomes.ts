/** What a run comes to under a fault, by its kind. */
import type { Seen } from "./fault.ts";

/** All is as it should be: the run did its work. */
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
/** The run works after a retry. */
export const retried = (...errors: string[]): Seen => ({ ...done, retried: errors });
/** The run fails, and what was stored stays. */
export const fails = (error: string): Seen => ({
  ...done,
  error,
  stops: "the run",
  changedFile: "old",
  repairedBy: "next run",
});
/** The run fails after all its retries. */
export const gaveUp = (error: string): Seen => ({ ...fails(error), retried: [error] });
/** The changed file fails, what was stored of it stays, and all other files are synced. */
export const fileFails = (error: string): Seen => ({ ...fails(error), stops: "the file" });
/** The same after all retries. */
export const fileGaveUp = (error: string): Seen => ({ ...fileFails(error), retried: [error] });
/** An entry of the listing fails that no file is stored for, and all other files are synced. */
export const entryFails = (error: string): Seen => ({ ...done, error, stops: "the file" });

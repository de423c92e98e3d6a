/** What a run comes to under a fault, by its kind. */
import type { Seen } from "./fault.ts";

/** All is as it should be: the run did its work. */
export const done: Seen = {
  retried: [],
  error: null,
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
  changedFile: "old",
  repairedBy: "next run",
});
/** The run fails after all its retries. */
export const gaveUp = (error: string): Seen => ({ ...fails(error), retried: [error] });

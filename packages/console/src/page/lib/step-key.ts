/** Keys of steps, as used in the URL and the tables. */
import type { Thread, Visit } from "@data-quest/execution-history";

export const visitKey = (visit: Visit) => `${visit.id}`;

/** Consists of the key of the Map or Parallel, the attempt, and the thread's index. */
export const threadKey = (thread: Thread) => `${thread.parent?.id ?? 0}.${thread.attempt}.${thread.index}`;

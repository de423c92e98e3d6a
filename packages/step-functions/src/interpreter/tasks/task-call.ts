import type { NewEvent, TaskEvents, TaskLimits } from "../../history.ts";
import type { Json } from "../../json.ts";

/** One call of a task's resource: what to record of it, and how to make it. */
export type TaskCall = {
  scheduled: (limits: TaskLimits) => NewEvent;
  events: TaskEvents;
  /** What the service names when the result is too large: the integration, or the function. */
  source: string;
  /**
   * Makes the call and returns its result. Throws StateFailure when it fails. The signal aborts when the task is over
   * (timed out, stopped); a job that the call started must end with it. `scheduledEventId` is the event that `scheduled` became.
   */
  perform: (signal: AbortSignal, scheduledEventId: number) => Promise<Json>;
};

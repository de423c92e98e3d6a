import type { NewEvent, TaskEvents, TaskLimits } from "../../history.ts";
import type { Json } from "../../json.ts";

/** One call of a task's resource: what to record about it, and how to make it. */
export type TaskCall = {
  scheduled: (limits: TaskLimits) => NewEvent;
  events: TaskEvents;
  /** What the service's message mentions if the result is too large: the integration or the function. */
  source: string;
  /**
   * Makes the call and returns its result. Throws StateFailure if the call fails. The signal aborts when the task
   * is over, such as after a timeout. A job that the call started must then end, too. `scheduledEventId` is the ID
   * of the recorded `scheduled` event.
   */
  perform: (signal: AbortSignal, scheduledEventId: number) => Promise<Json>;
};

export { causeMessage } from "./cause-message.ts";
export { eventTime, type HistoryEvent } from "./event.ts";
export { readTimeline, type TimelineReader, timelineReader } from "./reader.ts";
export { type RetryOutlook, retryOutlook, stateNamed } from "./retry-outlook.ts";
export { duration, type TimeSpent, timeSpent } from "./time-spent.ts";
export type {
  Attempt,
  AttemptStatus,
  ExecutionStatus,
  MapRun,
  Redrive,
  Span,
  Thread,
  ThreadStatus,
  Timeline,
  Visit,
  VisitStatus,
} from "./timeline.ts";
export { allVisits, isOpen, openVisits, pathOf } from "./walk.ts";

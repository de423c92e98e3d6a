/** Where time went, in milliseconds since 1970. `to` is undefined while it goes on; either is where the history has no time. */
export type Span = { from: number | undefined; to: number | undefined };

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/**
 * An execution as a tree: the execution has visits of states, a Map or Parallel has threads (iterations or branches), and each
 * of those has visits again. Payloads (`input`, `output`, variables) are JSON text, as the history has them.
 *
 * The objects are updated in place as events are added. `lastEventId` of a node grows whenever the node or anything below it
 * changes, so a view can tell what to draw again.
 */
export type Timeline = {
  status: ExecutionStatus;
  input: string | undefined;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  /** One for each run: the first, and one for each redrive. */
  spans: Span[];
  root: Thread;
  redrives: Redrive[];
  /** The innermost state whose failure ended the execution. */
  failure: Visit | undefined;
  /** The innermost states that were open when the execution was aborted or timed out. */
  interrupted: Visit[];
  /** The number of events read. */
  events: number;
  lastEventId: number;
  /** The time of the latest event. */
  lastEventAt: number | undefined;
};

export type Redrive = {
  /** 1 for the first. */
  number: number;
  eventId: number;
  at: number | undefined;
  /** Milliseconds between the end of the run before and this redrive. */
  idle: number | undefined;
  /** How the run before ended. */
  after: { status: ExecutionStatus; error: string | undefined; cause: string | undefined };
};

export type ThreadStatus = "running" | "succeeded" | "failed" | "aborted";

/** A sequence of states: the execution's own, an iteration of a Map, or a branch of a Parallel. */
export type Thread = {
  kind: "execution" | "iteration" | "branch";
  /** The index of the item or the branch. Branches are numbered as they were entered. */
  index: number;
  /** Which attempt of the Map or Parallel it belongs to; 1 is the first. */
  attempt: number;
  status: ThreadStatus;
  spans: Span[];
  visits: Visit[];
  parent: Visit | undefined;
  lastEventId: number;
};

/**
 * `retrying`: the last attempt failed, and the history does not say yet whether another one follows. `caught`: it failed, and
 * a Catcher took the failure.
 */
export type VisitStatus = "running" | "retrying" | "succeeded" | "caught" | "failed" | "aborted";

/** One visit of a state, from entry to exit, redrives included. */
export type Visit = {
  kind: "state";
  /** The id of the event that entered it. */
  id: number;
  /** Empty if a partial history does not say. */
  name: string;
  /** `Task`, `Map`, `Wait` ... */
  type: string;
  status: VisitStatus;
  /** One for each run: the first, and one for each redrive that ran it again. */
  spans: Span[];
  input: string | undefined;
  output: string | undefined;
  /** The variables that its exit assigned. */
  assigned: Readonly<Record<string, string>> | undefined;
  /** The last error, with its cause. A success clears them; those of its attempts stay. */
  error: string | undefined;
  cause: string | undefined;
  attempts: Attempt[];
  /** The number of items of a Map. */
  length: number | undefined;
  /** Iterations or branches, in the order of their start, those of earlier attempts too. */
  threads: Thread[];
  mapRun: MapRun | undefined;
  /** The innermost state whose failure made this one fail. */
  failedBy: Visit | undefined;
  thread: Thread;
  lastEventId: number;
};

/** The run of a Distributed Map; its iterations have histories of their own. */
export type MapRun = {
  arn: string | undefined;
  status: "running" | "succeeded" | "failed" | "aborted";
  error: string | undefined;
  cause: string | undefined;
};

export type AttemptStatus = "scheduled" | "running" | "succeeded" | "failed" | "timed out" | "aborted";

/** One attempt of a Task, or of a Map or Parallel with Retry. */
export type Attempt = {
  /** 1 for the first; it goes on counting through redrives. */
  number: number;
  /** The id of the event that scheduled it; undefined where no event did, as for a Map. */
  scheduledEventId: number | undefined;
  status: AttemptStatus;
  /** The redrive that it belongs to, 0 for the first run. */
  redrive: number;
  scheduledAt: number | undefined;
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** Milliseconds between the end of the attempt before and this one; undefined for the first of a run. */
  backoff: number | undefined;
  error: string | undefined;
  cause: string | undefined;
  resourceType: string | undefined;
  resource: string | undefined;
  /** What the task was given. */
  parameters: string | undefined;
  /** What TaskSubmitted gave: of a nested execution, JSON with its ExecutionArn. */
  submitted: string | undefined;
  output: string | undefined;
  timeoutSeconds: number | undefined;
  heartbeatSeconds: number | undefined;
};

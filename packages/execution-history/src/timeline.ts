/**
 * A time span, in milliseconds since 1970. `to` is undefined while the span continues. `from` and `to` are
 * also undefined if the history lacks the time.
 */
export type Span = { from: number | undefined; to: number | undefined };

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/**
 * An execution as a tree: the execution has visits to states, a Map or Parallel has threads (iterations or
 * branches), and each thread in turn has visits. Payloads (`input`, `output`, variables) are JSON text, as in
 * the history.
 *
 * The objects are updated in place as events are added. The `lastEventId` of a node increases whenever the
 * node or anything below it changes, so a view can tell what to redraw.
 */
export type Timeline = {
  status: ExecutionStatus;
  input: string | undefined;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  /** One span for the first run, and one for each redrive. */
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
  /** 1 for the first redrive. */
  number: number;
  eventId: number;
  at: number | undefined;
  /** Milliseconds between the end of the previous run and this redrive. */
  idle: number | undefined;
  /** How the previous run ended. */
  after: { status: ExecutionStatus; error: string | undefined; cause: string | undefined };
};

export type ThreadStatus = "running" | "succeeded" | "failed" | "aborted";

/** A sequence of states: the execution's own, an iteration of a Map, or a branch of a Parallel. */
export type Thread = {
  kind: "execution" | "iteration" | "branch";
  /** The index of the item or the branch. Branches are numbered in the order of entry. */
  index: number;
  /** The number of the Map's or Parallel's attempt that the thread belongs to. 1 is the first attempt. */
  attempt: number;
  status: ThreadStatus;
  spans: Span[];
  visits: Visit[];
  parent: Visit | undefined;
  lastEventId: number;
};

/**
 * `retrying`: the last attempt failed, and the history does not say yet whether another one follows.
 * `caught`: the state failed, and a Catcher handled the failure.
 */
export type VisitStatus = "running" | "retrying" | "succeeded" | "caught" | "failed" | "aborted";

/** One visit to a state, from entry to exit, including redrives. */
export type Visit = {
  kind: "state";
  /** The ID of the event that entered the state. */
  id: number;
  /** Empty if a partial history lacks the name. */
  name: string;
  /** `Task`, `Map`, `Wait` ... */
  type: string;
  status: VisitStatus;
  /** One span for the first run, and one for each redrive that ran the state again. */
  spans: Span[];
  input: string | undefined;
  output: string | undefined;
  /** The variables that the state's exit assigned. */
  assigned: Readonly<Record<string, string>> | undefined;
  /** The last error. Success clears it, but not the errors of the attempts. */
  error: string | undefined;
  /** The cause of the last error. */
  cause: string | undefined;
  attempts: Attempt[];
  /** The number of items of a Map. */
  length: number | undefined;
  /** Iterations or branches, in the order of their start, including those of earlier attempts. */
  threads: Thread[];
  mapRun: MapRun | undefined;
  /** The innermost state that caused this one to fail. */
  failedBy: Visit | undefined;
  thread: Thread;
  lastEventId: number;
};

/** The run of a Distributed Map. Its iterations have their own histories. */
export type MapRun = {
  arn: string | undefined;
  status: "running" | "succeeded" | "failed" | "aborted";
  error: string | undefined;
  cause: string | undefined;
};

export type AttemptStatus = "scheduled" | "running" | "succeeded" | "failed" | "timed out" | "aborted";

/** One attempt of a Task, or of a Map or Parallel with Retry. */
export type Attempt = {
  /** 1 for the first attempt. A redrive does not restart the count. */
  number: number;
  /** The ID of the event that scheduled the attempt. Undefined if no event did, as for a Map. */
  scheduledEventId: number | undefined;
  status: AttemptStatus;
  /** The number of the redrive that the attempt belongs to. 0 for the first run. */
  redrive: number;
  scheduledAt: number | undefined;
  startedAt: number | undefined;
  endedAt: number | undefined;
  /**
   * Milliseconds from the end of the previous attempt to the scheduling of this one. Undefined for the first
   * attempt of a run.
   */
  backoff: number | undefined;
  error: string | undefined;
  cause: string | undefined;
  resourceType: string | undefined;
  resource: string | undefined;
  /** The task's input. */
  parameters: string | undefined;
  /** The output of TaskSubmitted: for a nested execution, JSON with its ExecutionArn. */
  submitted: string | undefined;
  output: string | undefined;
  timeoutSeconds: number | undefined;
  heartbeatSeconds: number | undefined;
};

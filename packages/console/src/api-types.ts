/**
 * The responses of the console's server to its page. Times are ISO strings in UTC, durations are
 * milliseconds.
 */

export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";

/** One line of the list of executions. Null values are not known yet, or never existed. */
export type ExecutionRow = {
  arn: string;
  name: string;
  stateMachine: string;
  status: Status;
  start: string;
  stop: string | null;
  redrives: number;
  survey: string | null;
  source: string | null;
  /** The number of files that the execution created, updated, or removed. */
  changed: number | null;
  error: string | null;
  message: string | null;
  /** Whether the details above are complete: false while the server still reads them. */
  complete: boolean;
};

/** The response of DescribeExecution, and the definition that the execution runs. */
export type ExecutionDescription = {
  arn: string;
  name: string;
  stateMachineArn: string;
  status: Status;
  start: string;
  stop: string | null;
  input: string;
  output: string | null;
  error: string | null;
  cause: string | null;
  redriveCount: number;
  redriveDate: string | null;
  redrivable: boolean;
  /** Why the execution cannot be redriven, as reported by Step Functions. */
  redriveReason: string | null;
  definition: string;
};

/**
 * One line of a function's log. `scheduledEventId` is the ID of the event that scheduled the call, and
 * identifies the attempt. The time is in milliseconds since 1970.
 */
export type LogLine = {
  time: number;
  scheduledEventId: number;
  requestId: string;
  functionName: string;
  line: string;
};

export type FileRow = { key: string; survey: string; name: string; bytes: number; modified: string };

export type { FileVersion } from "@data-quest/core/bronze/file-version";

/**
 * A row that differs between two versions of a file. `before` is null if the row was added. `after` is null if
 * the row was dropped. If only the footnotes differ, their codes follow the value.
 */
export type DiffRow = {
  series: string;
  year: string;
  period: string;
  before: string | null;
  after: string | null;
};
export type FileDiff = {
  added: number;
  changed: number;
  dropped: number;
  /** The number of rows with the same value and different footnotes. */
  footnotes: number;
  /** The counts of each series. The series with the most differences come first. */
  series: { id: string; added: number; changed: number; dropped: number; footnotes: number }[];
  /** At most the first 1,000 rows. */
  rows: DiffRow[];
  /** Data files are compared by observation. Other files are compared line by line. */
  kind: "observations" | "lines";
};

/** What a run did with a file. */
export type AuditEntry = {
  time: string;
  execution: string;
  file: string;
  action: string;
  reason: string;
  bytes: number | null;
  versionId: string | null;
  attempts: number;
  error: string | null;
};

/** One report in Gold. `url` opens the report's page on the reports' own origin. */
export type ReportRow = {
  survey: string;
  execution: string;
  time: string;
  url: string | null;
  /** The Explore page for the survey. */
  exploreUrl: string;
  files: { name: string; url: string; bytes: number }[];
};

/**
 * An object that a report was computed from. `writtenBy` is the ARN of the execution that stored this version;
 * null if an operator stored it.
 */
export type ReportInput = {
  key: string;
  versionId: string;
  sha256: string;
  bytes: number;
  writtenBy: string | null;
};

/** A report computed from a version of a file. */
export type FileReport = { survey: string; execution: string; time: string; versionId: string };

/** A report's answers as values, each with the inputs that it was computed from. */
export type ReportLineage = {
  survey: string;
  execution: string;
  executionArn: string | null;
  figures: { question: string; label: string; value: string; inputs: string[] }[];
  inputs: ReportInput[];
  url: string;
};

export type CostLine = {
  item: string;
  quantity: number;
  unit: string;
  unitPrice: number;
  cost: number;
  how: string;
};
/** What one state or one file cost. */
export type StepCost = {
  name: string;
  transitions: number;
  requests: number;
  gbSeconds: number;
  cost: number;
};
export type Cost = {
  states: StepCost[];
  files: StepCost[];
  run: { items: CostLine[]; total: number };
  month: { runs: number; items: CostLine[]; total: number };
};

export type InputProblem = { path: string; message: string };
export type InputCheck = { problems: InputProblem[]; command: string };

export type SessionInfo = {
  title: string;
  stateMachines: { arn: string; name: string }[];
  buckets: { bronze: string; silver: string; gold: string };
  /** The JSON Schema of an execution's input. */
  inputSchema: unknown;
};

/** The contents of a trace. `events` has the output of GetExecutionHistory, with times as ISO strings. */
export type TraceContent = {
  description: ExecutionDescription;
  events: unknown[];
  /** Null if the log was not available. On AWS, the log is in CloudWatch. */
  logs: LogLine[] | null;
  cost: Cost | null;
  madeAt: string;
};

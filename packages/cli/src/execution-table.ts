/** Shows one execution as text: a table of its states, or one state with all of its inputs and outputs. */
import type { DescribeExecutionCommandOutput } from "@aws-sdk/client-sfn";
import { fileResult, fileTask } from "@data-quest/core/audit/file-task";
import { allSurveysName } from "@data-quest/core/constants";
import { count } from "@data-quest/core/format";
import { surveyTitle } from "@data-quest/core/surveys";
import {
  allVisits,
  causeMessage,
  duration,
  pathOf,
  type Thread,
  type Timeline,
  timeSpent,
  type Visit,
} from "@data-quest/execution-history";
import { failedPlace, surveyOf } from "./failed-execution.ts";
import { nestedSurvey } from "./progress.ts";
import { type Column, type TablePlace, tableLines } from "./table.ts";
import { formatBytes, formatDuration, lineOf, type Paint, type Span, type Style } from "./terminal.ts";

const COLUMNS: Column[] = [
  { name: "state", shrinks: true },
  { name: "status" },
  { name: "attempts", align: "right" },
  { name: "time", align: "right" },
  { name: "result", shrinks: true },
];

/**
 * If a Map has at most this many iterations, all are listed. Otherwise, iterations that succeeded on the first
 * attempt and changed nothing are left out.
 */
const FEW_ITERATIONS = 40;

/** The execution: its failure first, then its times, then a table of its states. */
export function executionLines(
  {
    name = "",
    status = "RUNNING",
    error,
    cause,
    input = "{}",
    stateMachineArn = "",
  }: DescribeExecutionCommandOutput,
  timeline: Timeline,
  place: TablePlace,
): string[] {
  const { width, paint } = place;
  const failed = failedPlace(timeline);
  const line = (...spans: Span[]) => lineOf(spans, width, paint);
  return [
    line({ text: name, style: "bold" }, "  ", { text: status, style: styleOf(status) }),
    ...(status === "SUCCEEDED" || status === "RUNNING"
      ? []
      : [
          `${status === "FAILED" ? "Failed" : "Stopped"} in  ${failed ?? "no state: the execution ended before its first state"}`,
          ...(error === undefined ? [] : [`Error      ${error}: ${causeMessage(cause)}`]),
        ]),
    ...(stateMachineArn.endsWith(allSurveysName) ? [] : [line(`Survey     ${surveyTitle(surveyOf(input))}`)]),
    line(`Time       ${timeText(timeline)}`),
    line(`Input      ${input}`),
    "",
    ...tableLines(COLUMNS, stateRows(timeline), place),
  ];
}

/** Separates work, waiting, and idle time. */
function timeText(timeline: Timeline): string {
  const { work, waiting, idle } = timeSpent(timeline, Date.now());
  const { redrives } = timeline;
  return [
    `${formatDuration(work)} of work`,
    ...(waiting > 0 ? [`${formatDuration(waiting)} of waiting`] : []),
    ...(redrives.length > 0
      ? [
          `${formatDuration(idle)} idle before ${redrives.length === 1 ? "a redrive" : `${redrives.length} redrives`}`,
        ]
      : []),
  ].join(", ");
}

function stateRows(timeline: Timeline): Span[][] {
  return timeline.root.visits.flatMap((visit) => visitRows(visit, timeline, ""));
}

function visitRows(visit: Visit, timeline: Timeline, indent: string): Span[][] {
  const { name, type, threads, length } = visit;
  const row = rowOf(visit, timeline, `${indent}${name}`);
  if (type !== "Map" && type !== "Parallel") return [row];
  const last = threads.at(-1)?.attempt;
  const current = threads.filter(({ attempt }) => attempt === last);
  const shown = current.length <= FEW_ITERATIONS ? current : current.filter(isNotable);
  const missing = (length ?? current.length) - current.length;
  return [
    row,
    ...shown.flatMap((thread) => threadRows(thread, timeline, `${indent}  `)),
    ...(shown.length < current.length
      ? [
          [
            `${indent}  ${count(current.length - shown.length, "other")}`,
            { text: "succeeded", style: "green" as const },
          ],
        ]
      : []),
    ...(missing > 0 ? [[`${indent}  ${missing} more`, { text: "not started", style: "dim" as const }]] : []),
  ];
}

/** False if an iteration only found that its file is unchanged. */
function isNotable({ status, visits }: Thread): boolean {
  if (status !== "succeeded") return true;
  return visits.some(
    ({ attempts, status, output }) =>
      status === "caught" ||
      attempts.length > 1 ||
      (fileResult(output)?.action ?? "unchanged") !== "unchanged",
  );
}

/** The rows of an iteration or a branch. Pass states that succeeded are left out. */
function threadRows(thread: Thread, timeline: Timeline, indent: string): Span[][] {
  const shown = thread.visits.filter(({ type, status }) => type !== "Pass" || status !== "succeeded");
  return shown.flatMap((visit) =>
    visit.type === "Task"
      ? [rowOf(visit, timeline, `${indent}${labelOf(visit, thread)}`)]
      : visitRows(visit, timeline, indent),
  );
}

function labelOf(visit: Visit, { kind, index }: Thread): string {
  const { parameters, resourceType } = visit.attempts.at(-1) ?? {};
  const file = fileTask(parameters)?.file.split("/").at(-1);
  const survey = resourceType === "states" ? nestedSurvey(parameters) : undefined;
  return file ?? survey ?? `${kind === "iteration" ? `[${index}] ` : ""}${visit.name}`;
}

function rowOf(visit: Visit, { failure }: Timeline, label: string): Span[] {
  const { status, attempts, spans } = visit;
  const isFailure = visit === failure;
  return [
    isFailure ? { text: `${label} ←`, style: "red" } : label,
    { text: status, style: styleOf(status) },
    attempts.length === 0 ? "" : String(attempts.length),
    formatDuration(duration(spans, Date.now())),
    resultOf(visit),
  ];
}

function resultOf({ type, status, error, cause, output }: Visit): Span {
  if (status !== "succeeded" && error !== undefined)
    return {
      text: oneLine(`${error}: ${causeMessage(cause)}`),
      style: status === "failed" ? "red" : "yellow",
    };
  const result = type === "Task" && status === "succeeded" ? fileResult(output) : undefined;
  if (result === undefined) return "";
  return `${result.action} ${formatBytes(result.bytes ?? 0)}: ${result.reason}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

const STYLES: Readonly<Record<string, Style>> = {
  succeeded: "green",
  running: "cyan",
  retrying: "yellow",
  caught: "yellow",
  aborted: "yellow",
};

/** The color of the status of an execution or a state. */
export function styleOf(status: string): Style {
  return STYLES[status.toLowerCase()] ?? "red";
}

/**
 * All visits to a state, each with its input, output, variables, and attempts. Empty if the execution did not
 * enter the state.
 */
export function stateLines(timeline: Timeline, state: string, paint: Paint): string[] {
  const visits = [...allVisits(timeline)].filter(({ name }) => name === state);
  return visits.flatMap((visit, index) => [...(index === 0 ? [] : [""]), ...visitLines(visit, paint)]);
}

function visitLines(visit: Visit, paint: Paint): string[] {
  const { status, spans, attempts, error, cause, input, output, assigned } = visit;
  const heading = (text: string) => paint("dim", text);
  return [
    `${paint("bold", pathOf(visit).join("/"))}  ${paint(styleOf(status), status)}  ${formatDuration(duration(spans, Date.now()))}`,
    ...attempts.map(
      (attempt) =>
        `  attempt ${attempt.number} ${attempt.status}${attempt.backoff === undefined ? "" : ` after waiting ${formatDuration(attempt.backoff)}`}${attempt.error === undefined ? "" : `  ${attempt.error}: ${causeMessage(attempt.cause)}`}`,
    ),
    ...(attempts.length === 0 && error !== undefined ? [`  ${error}: ${causeMessage(cause)}`] : []),
    heading("input"),
    pretty(input),
    ...(output === undefined ? [] : [heading("output"), pretty(output)]),
    ...Object.entries(assigned ?? {}).flatMap(([name, value]) => [
      heading(`variable ${name}`),
      pretty(value),
    ]),
  ];
}

/** JSON text, indented. Any other text is unchanged. */
function pretty(text: string | undefined): string {
  if (text === undefined) return "(not recorded)";
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

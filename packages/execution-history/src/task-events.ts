/** Handles the attempts of tasks: TaskScheduled, LambdaFunctionFailed, ActivityTimedOut, and the like. */
import { type HistoryEvent, payloadText } from "./event.ts";
import { endAttempt, newAttempt, reopen } from "./nodes.ts";
import { addUnseenVisit, type Reading } from "./reading.ts";
import type { Attempt, Visit } from "./timeline.ts";
import { isUnfinished, type Node } from "./walk.ts";

const TASK_EVENT =
  /^(?:Task|LambdaFunction|Activity)(Scheduled|ScheduleFailed|Started|StartFailed|Submitted|SubmitFailed|Succeeded|Failed|TimedOut)$/;

/** Handles an event of a task's attempt. Undefined if the event is of a different kind. */
export function taskEvent(reading: Reading, event: HistoryEvent, from: Node): Visit | undefined {
  const step = TASK_EVENT.exec(event.type ?? "")?.[1];
  if (step === undefined) return undefined;
  const details = detailsOf(event);
  const visit = taskOf(reading, event, from, payloadText(details.parameters));
  if (step === "Scheduled" || step === "ScheduleFailed")
    schedule(reading, visit, event.id ?? undefined, details);
  const attempt = visit.attempts.at(-1) ?? newAttempt(visit, "scheduled", undefined, redriveOf(reading));
  const { now } = reading;
  switch (step) {
    case "Started":
      if (attempt.status === "scheduled") attempt.status = "running";
      attempt.startedAt ??= now;
      break;
    case "Submitted":
      attempt.submitted = payloadText(details.output);
      break;
    case "Succeeded":
      endAttempt(attempt, "succeeded", now);
      attempt.output = payloadText(details.output);
      break;
    case "Scheduled":
      break;
    default:
      endAttempt(attempt, step === "TimedOut" ? "timed out" : "failed", now);
      attempt.error = details.error;
      attempt.cause = payloadText(details.cause);
      visit.error = attempt.error;
      visit.cause = attempt.cause;
      if (visit.status === "running") visit.status = "retrying";
      break;
  }
  return visit;
}

function schedule(reading: Reading, visit: Visit, eventId: number | undefined, details: TaskDetails): void {
  reopen(visit, reading.now);
  if (visit.status === "retrying") visit.status = "running";
  const attempt = newAttempt(visit, "scheduled", reading.now, redriveOf(reading));
  attempt.scheduledEventId = eventId;
  attempt.resourceType = details.resourceType;
  attempt.resource = details.resource;
  attempt.parameters = payloadText(details.parameters);
  attempt.timeoutSeconds = details.timeoutInSeconds;
  attempt.heartbeatSeconds = details.heartbeatInSeconds;
}

function redriveOf({ timeline }: Reading): Attempt["redrive"] {
  return timeline.redrives.length;
}

/**
 * The task that an event refers to. A redriven task is not entered again: its first event follows the
 * redrive, or its iteration's start.
 */
function taskOf(reading: Reading, event: HistoryEvent, from: Node, parameters: string | undefined): Visit {
  if (from.kind === "state" && from.type === "Task" && isUnfinished(from)) return from;
  if (reading.redrives.has(event.previousEventId ?? -1) || reading.lastType === "ExecutionRedriven") {
    const again = takeRedriven(reading.toRedrive, parameters);
    if (again !== undefined) return again;
  }
  const last = from.kind === "state" ? undefined : from.visits.at(-1);
  if (last?.type === "Task" && isUnfinished(last)) {
    const waiting = reading.toRedrive.indexOf(last);
    if (waiting >= 0) reading.toRedrive.splice(waiting, 1);
    return last;
  }
  return addUnseenVisit(reading, from, event, "", "Task");
}

/**
 * The task with these parameters, among those that wait for the redrive to run them again. If there is none, the first
 * of those tasks.
 */
function takeRedriven(waiting: Visit[], parameters: string | undefined): Visit | undefined {
  const same = waiting.findIndex(
    ({ attempts }) => parameters !== undefined && attempts.at(-1)?.parameters === parameters,
  );
  return waiting.splice(Math.max(0, same), 1)[0];
}

type TaskDetails = {
  parameters?: unknown;
  output?: unknown;
  error?: string | undefined;
  cause?: unknown;
  resource?: string | undefined;
  resourceType?: string | undefined;
  timeoutInSeconds?: number | undefined;
  heartbeatInSeconds?: number | undefined;
};

/** The details of a task's event, for any of the three kinds of task. */
function detailsOf(event: HistoryEvent): TaskDetails {
  const scheduled = event.lambdaFunctionScheduledEventDetails ?? event.activityScheduledEventDetails;
  if (scheduled !== undefined) return { ...scheduled, parameters: scheduled.input };
  return (
    event.taskScheduledEventDetails ??
    event.taskStartedEventDetails ??
    event.taskStartFailedEventDetails ??
    event.taskSubmittedEventDetails ??
    event.taskSubmitFailedEventDetails ??
    event.taskSucceededEventDetails ??
    event.taskFailedEventDetails ??
    event.taskTimedOutEventDetails ??
    event.lambdaFunctionScheduleFailedEventDetails ??
    event.lambdaFunctionStartFailedEventDetails ??
    event.lambdaFunctionSucceededEventDetails ??
    event.lambdaFunctionFailedEventDetails ??
    event.lambdaFunctionTimedOutEventDetails ??
    event.activityScheduleFailedEventDetails ??
    event.activitySucceededEventDetails ??
    event.activityFailedEventDetails ??
    event.activityTimedOutEventDetails ??
    {}
  );
}

/** The executions that an execution of AllSurveys started, each with its own history. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  allVisits,
  openVisits,
  type Timeline,
  type TimelineReader,
  timelineReader,
  type Visit,
} from "@data-quest/execution-history";
import { readNewEvents } from "./follow.ts";
import { nestedSurvey } from "./progress.ts";
import type { Target } from "./target.ts";

/** Milliseconds between two checks of the running executions. */
const LOOK_MILLISECONDS = 500;

/**
 * The ARN of the execution that a task started. Undefined if the task starts no execution or has not started it
 * yet.
 */
function nestedArn({ attempts }: Visit): string | undefined {
  const { submitted, output, resourceType } = attempts.at(-1) ?? {};
  if (resourceType !== "states") return undefined;
  return /"ExecutionArn"\s*:\s*"([^"]+)"/.exec(submitted ?? output ?? "")?.[1];
}

/**
 * A survey in an execution of AllSurveys: the visit to the task that runs the survey, and the ARN of the
 * execution that the task started, if any.
 */
export type NestedSurvey = { survey: string; visit: Visit; executionArn: string | undefined };

/** The surveys that an execution ran or is running. Empty if it is not an execution of AllSurveys. */
export function nestedSurveys(timeline: Timeline): NestedSurvey[] {
  return [...allVisits(timeline)].flatMap((visit) => {
    const { parameters, resourceType } = visit.attempts.at(-1) ?? {};
    const survey = resourceType === "states" ? nestedSurvey(parameters) : undefined;
    return survey === undefined ? [] : [{ survey, visit, executionArn: nestedArn(visit) }];
  });
}

export type NestedReaders = {
  /** The reader of the execution that a task started. Undefined if no events have been read yet. */
  of(visit: Visit): TimelineReader | undefined;
  /**
   * Reads new events of the running executions, until the signal aborts. Throws the errors of Step Functions.
   */
  follow(signal: AbortSignal): Promise<void>;
};

/** Returns the readers of the executions that the execution of `reader` starts. */
export function nestedReaders(target: Target, reader: TimelineReader): NestedReaders {
  const readers = new Map<string, TimelineReader>();
  return {
    of: (visit) => readers.get(nestedArn(visit) ?? ""),
    follow: async (signal) => {
      while (!signal.aborted) {
        for (const visit of openVisits(reader.timeline)) {
          const arn = nestedArn(visit);
          if (arn === undefined) continue;
          const child = readers.get(arn) ?? timelineReader();
          readers.set(arn, child);
          for (const event of await readNewEvents(target, arn, child.timeline.lastEventId)) child.add(event);
        }
        await sleep(LOOK_MILLISECONDS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

/** The entry in the index of surveys for an execution of `Pipeline` that ended. */

import type { DescribeExecutionOutput } from "@aws-sdk/client-sfn";
import type { RecordedEntry } from "@data-quest/core/surveys/index-entry";
import { Discovery, ExecutionInput } from "@data-quest/core/workflow";
import type { Timeline } from "@data-quest/execution-history";
import * as z from "zod";

const EndStatus = z.enum(["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]);

/** The part of SyncFiles' output that is used here. */
const SyncCounts = z.object({
  created: z.int(),
  updated: z.int(),
  removed: z.int(),
  held: z.int(),
});

/**
 * The entry for an execution that ended. A field is null if the history lacks its value: for example, the
 * files of an execution that failed before it had the listing. Undefined if the execution has not ended, or if
 * its input was refused, so that no survey is known.
 */
export function indexEntry(ended: DescribeExecutionOutput, timeline: Timeline): RecordedEntry | undefined {
  const status = EndStatus.safeParse(ended.status).data;
  const { name, startDate, stopDate } = ended;
  if (status === undefined || name === undefined || startDate === undefined) return undefined;
  const input = ExecutionInput.safeParse(parse(ended.input ?? "{}"));
  const discovery = Discovery.safeParse(parse(outputOf(timeline, "DiscoverFiles"))).data;
  const survey = discovery?.settings.survey ?? input.data?.survey;
  if (survey === undefined) return undefined;
  const counts = SyncCounts.safeParse(parse(outputOf(timeline, "SyncFiles"))).data;
  return {
    survey,
    status: ended.error === "SurveyEmpty" ? "EMPTY" : status,
    execution: name,
    startedAt: startDate.toISOString(),
    endedAt: (stopDate ?? startDate).toISOString(),
    error: ended.error ?? null,
    ...(discovery === undefined ? nothingKnown : filesOf(discovery)),
    changes: counts ?? null,
    report: status === "SUCCEEDED" ? `${survey}/latest/index.html` : null,
  };
}

const nothingKnown = { files: null, bytes: null, changedAtSource: null };

/** A re-analysis has no listing, so it does not know when BLS changed something. */
function filesOf({ items, present }: Discovery) {
  const listed = items.flatMap((item) => (item.do === "sync" ? [item] : []));
  const sizes = [...listed.map(({ size }) => size), ...present.map(({ bytes }) => bytes)];
  const newest = listed
    .map(({ modified }) => modified)
    .sort()
    .at(-1);
  return {
    files: sizes.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    changedAtSource: newest ?? null,
  };
}

function outputOf({ root }: Timeline, state: string): string | undefined {
  return root.visits.find(({ name }) => name === state)?.output;
}

/** Undefined if the text is missing or truncated, as it is in some histories. */
function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

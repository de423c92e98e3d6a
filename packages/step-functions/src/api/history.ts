import * as z from "zod";
import type { HistoryEvent } from "../history.ts";
import { isRecord } from "../json.ts";
import { executionOf } from "../resources.ts";
import { lineEndsOf } from "../running.ts";
import { filesOf } from "../service.ts";
import { readRecords } from "../store/event-log.ts";
import { Arn, MaxResults, NextToken, operation } from "./operation.ts";
import { pageSize, readToken, writeToken } from "./paging.ts";

const EventId = z.int().min(1);

/** The events of an execution, in order or in reverse. */
export const getExecutionHistory = operation(
  z.object({
    executionArn: Arn,
    maxResults: MaxResults,
    nextToken: NextToken,
    reverseOrder: z.boolean().default(false),
    includeExecutionData: z.boolean().default(true),
  }),
  async (service, { executionArn, maxResults, nextToken, reverseOrder, includeExecutionData }) => {
    const execution = executionOf(service, executionArn);
    const lineEnds = await lineEndsOf(service, execution);
    const request = { executionArn, reverseOrder, includeExecutionData };
    // A token contains the ID of its page's first event. The ID stays valid because events are only appended.
    const first = nextToken === undefined ? undefined : readToken(nextToken, request, EventId);
    const size = pageSize(maxResults);
    const end = reverseOrder
      ? (first ?? lineEnds.length)
      : Math.min(lineEnds.length, (first ?? 1) - 1 + size);
    const start = reverseOrder ? Math.max(0, end - size) : (first ?? 1) - 1;
    const records = await readRecords(filesOf(service, execution).events, lineEnds, start, end);
    const events = records.map(({ event }) => (includeExecutionData ? event : withoutData(event)));
    if (reverseOrder) events.reverse();
    const next = reverseOrder ? start : end + 1;
    const more = reverseOrder ? start > 0 : end < lineEnds.length;
    return { events, nextToken: more ? writeToken(next, request) : undefined };
  },
);

const DATA_FIELDS = new Set([
  "input",
  "inputDetails",
  "output",
  "outputDetails",
  "parameters",
  "assignedVariables",
]);

/** The event without its input, output, parameters, and assigned variables. */
function withoutData(event: HistoryEvent): object {
  const entries = Object.entries(event).map(([key, details]) => {
    if (!isRecord(details)) return [key, details];
    return [key, Object.fromEntries(Object.entries(details).filter(([field]) => !DATA_FIELDS.has(field)))];
  });
  return Object.fromEntries(entries);
}

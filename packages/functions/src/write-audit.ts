import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
} from "@aws-sdk/client-sfn";
import { writeAudit } from "@data-quest/core/audit/audit-csv";
import { auditRows } from "@data-quest/core/audit/rows";
import { completeSettings } from "@data-quest/core/mirror/discover";
import { ExecutionInput } from "@data-quest/core/workflow";
import { Resource } from "sst";
import * as z from "zod";
import { handle } from "./handler.ts";
import { gold } from "./resources.ts";

/** EventBridge's "Step Functions Execution Status Change". Times are in milliseconds since 1970. */
const Event = z.object({
  detail: z.object({
    executionArn: z.string(),
    name: z.string(),
    status: z.string(),
    startDate: z.number(),
    input: z.string().nullable().optional(),
  }),
});

const stepFunctions = new SFNClient({});

/** Writes the audit of an execution that ended, however it ended; one after a redrive replaces the earlier one. */
export const handler = handle(Event, async ({ detail }) => {
  const { executionArn, name, startDate } = detail;
  const execution = { id: executionArn, name, startTime: new Date(startDate).toISOString() };
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await stepFunctions.send(
      new GetExecutionHistoryCommand({ executionArn, nextToken, maxResults: 1000 }),
    );
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  const rows = auditRows(events);
  const described = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  // Events come late and out of order: that of a first end may come after a redrive's.
  const { status = "RUNNING" } = described;
  const end = status === "RUNNING" ? detail.status : status;
  const key = await writeAudit(gold, surveyOf(detail.input), execution, end, rows);
  return { key, rows: rows.length };
});

/** The survey of an execution; an input that was refused has the audit of the default survey. */
function surveyOf(input: string | null | undefined): string {
  const parsed = ExecutionInput.safeParse(JSON.parse(input ?? "{}"));
  const { concurrency, maxRemovedShare } = Resource.Sources;
  return completeSettings(parsed.data ?? {}, { concurrency, maxRemovedShare }).survey;
}

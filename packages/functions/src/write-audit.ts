import { DescribeExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
import { writeAudit } from "@data-quest/core/audit/audit-csv";
import { auditRows } from "@data-quest/core/audit/rows";
import * as z from "zod";
import { gold } from "./buckets.ts";
import { executionTimeline } from "./execution-timeline.ts";
import { handle } from "./handler.ts";
import { surveyOf } from "./survey-of.ts";

/** EventBridge's "Step Functions Execution Status Change". Times are in milliseconds since 1970. */
const Event = z.object({
  detail: z.object({
    executionArn: z.string(),
    name: z.string(),
    status: z.string(),
    startDate: z.number(),
  }),
});

const stepFunctions = new SFNClient({});

/**
 * Writes the audit of an execution that ended, however it ended and whatever its history contains. The audit
 * after a redrive replaces the earlier one.
 */
export const handler = handle(Event, async ({ detail }) => {
  const { executionArn, name, startDate } = detail;
  const execution = { id: executionArn, name, startTime: new Date(startDate).toISOString() };
  const rows = auditRows(await executionTimeline(stepFunctions, executionArn, { withData: true }));
  // Events arrive late and out of order: the event of an execution's first end may arrive after the event of
  // its redrive.
  const described = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  const { status = "RUNNING" } = described;
  const end = status === "RUNNING" ? detail.status : status;
  // The event leaves out an input that is too large for it. The description always has the input.
  const key = await writeAudit(gold, surveyOf(described.input), execution, end, rows);
  return { key, rows: rows.length };
});

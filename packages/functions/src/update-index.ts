import { DescribeExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
import { updateIndex } from "@data-quest/core/surveys/survey-index";
import * as z from "zod";
import { gold } from "./buckets.ts";
import { executionTimeline } from "./execution-timeline.ts";
import { handle } from "./handler.ts";
import { indexEntry } from "./index-entry.ts";

/** EventBridge's "Step Functions Execution Status Change". */
const Event = z.object({ detail: z.object({ executionArn: z.string(), status: z.string() }) });

const stepFunctions = new SFNClient({});

/**
 * Updates the index of surveys with an execution of `Pipeline` that ended. Events arrive late and out of
 * order, so the outcome is read from the execution itself. An execution that runs again after a redrive
 * causes another event.
 */
export const handler = handle(Event, async ({ detail: { executionArn } }) => {
  const described = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  const timeline = await executionTimeline(stepFunctions, executionArn, { withData: true });
  const entry = indexEntry(described, timeline);
  if (entry !== undefined) await updateIndex(gold, [entry]);
});

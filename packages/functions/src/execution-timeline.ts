import { GetExecutionHistoryCommand, type SFNClient } from "@aws-sdk/client-sfn";
import { type Timeline, timelineReader } from "@data-quest/execution-history";

/**
 * The timeline of an execution's whole history, which is read page by page. `withData` includes inputs,
 * outputs, and parameters.
 */
export async function executionTimeline(
  stepFunctions: SFNClient,
  executionArn: string,
  { withData }: { withData: boolean },
): Promise<Timeline> {
  const reader = timelineReader();
  let nextToken: string | undefined;
  do {
    const page = await stepFunctions.send(
      new GetExecutionHistoryCommand({
        executionArn,
        nextToken,
        maxResults: 1000,
        includeExecutionData: withData,
      }),
    );
    for (const event of page.events ?? []) reader.add(event);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return reader.timeline;
}

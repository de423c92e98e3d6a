/** Watches an execution through its history, until it ends. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
} from "@aws-sdk/client-sfn";
import type { Target } from "./target.ts";

/** All events of an execution after the one with the id `after`, page by page. */
export async function* readHistory(
  target: Target,
  executionArn: string,
  after = 0,
): AsyncGenerator<HistoryEvent> {
  let nextToken: string | undefined;
  do {
    const page = await target.stepFunctions.send(
      new GetExecutionHistoryCommand({
        executionArn,
        maxResults: 1000,
        nextToken,
        includeExecutionData: true,
      }),
    );
    for (const event of page.events ?? []) if ((event.id ?? 0) > after) yield event;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

/** Gives every new event to `onEvent`, and the execution's description once it has ended. */
export async function followExecution(
  target: Target,
  executionArn: string,
  onEvent: (event: HistoryEvent) => void,
  after = 0,
): Promise<DescribeExecutionCommandOutput> {
  let last = after;
  for (;;) {
    // Asked before the events are read: what an ended execution has is then all there.
    const execution = await target.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    for await (const event of readHistory(target, executionArn, last)) {
      onEvent(event);
      last = event.id ?? last;
    }
    if (execution.status !== "RUNNING") return execution;
    await sleep(target.pollInterval);
  }
}

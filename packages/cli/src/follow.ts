/** Watches an execution through its history, until it ends. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
} from "@aws-sdk/client-sfn";
import { type Timeline, timelineReader } from "@data-quest/execution-history";
import type { Target } from "./target.ts";

/** All events of an execution in order, page by page. */
export async function* readHistory(target: Target, executionArn: string): AsyncGenerator<HistoryEvent> {
  yield* historyPages(target, executionArn, false);
}

/** The events after the event with the ID `after`, in order. Reads only the pages that contain them. */
export async function readNewEvents(
  target: Target,
  executionArn: string,
  after: number,
): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const event of historyPages(target, executionArn, true)) {
    if ((event.id ?? 0) <= after) break;
    events.push(event);
  }
  return events.reverse();
}

/** An execution's timeline, from its history so far. */
export async function readExecutionTimeline(target: Target, executionArn: string): Promise<Timeline> {
  const reader = timelineReader();
  for await (const event of readHistory(target, executionArn)) reader.add(event);
  return reader.timeline;
}

async function* historyPages(
  target: Target,
  executionArn: string,
  reverseOrder: boolean,
): AsyncGenerator<HistoryEvent> {
  let nextToken: string | undefined;
  do {
    const page = await target.stepFunctions.send(
      new GetExecutionHistoryCommand({
        executionArn,
        maxResults: 1000,
        nextToken,
        reverseOrder,
        includeExecutionData: true,
      }),
    );
    yield* page.events ?? [];
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

/** Passes every new event to `onEvent`, and returns the execution's description once it has ended. */
export async function followExecution(
  target: Target,
  executionArn: string,
  onEvent: (event: HistoryEvent) => void,
  after = 0,
): Promise<DescribeExecutionCommandOutput> {
  let last = after;
  for (;;) {
    // Describe the execution before its events are read, so that all events of an ended execution are read.
    const execution = await target.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    for (const event of await readNewEvents(target, executionArn, last)) {
      onEvent(event);
      last = event.id ?? last;
    }
    if (execution.status !== "RUNNING") return execution;
    await sleep(target.pollInterval);
  }
}

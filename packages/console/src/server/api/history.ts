/** Streams the events of one execution: existing ones first, then each new one. */
import { DescribeExecutionCommand, GetExecutionHistoryCommand, type HistoryEvent } from "@aws-sdk/client-sfn";
import type { ConsoleContext } from "../context.ts";
import { type EventStream, poll, streamEvents } from "../event-stream.ts";
import { type Route, sendJson } from "../http.ts";
import { type RawEvent, rawHistoryPages } from "../raw-history.ts";
import type { Services } from "../services.ts";

/** An ended execution may still be redriven. */
const ENDED_POLL_MILLISECONDS = 1000;
/** Events per request. A page on AWS has at most 1,000. */
const PAGE = 1000;
/** Events per request when only new events are read. Fewer usually occur between two checks. */
const TAIL = 20;

export function historyRoutes({ services }: ConsoleContext): Route[] {
  return [
    {
      method: "GET",
      path: /^\/api\/executions\/([^/]+)\/events$/,
      answer: (request) => {
        const executionArn = request.parts[0] ?? "";
        return streamEvents(request, async (stream) => {
          let last = Number(stream.lastEventId ?? request.url.searchParams.get("after") ?? 0) || 0;
          let described = "";
          await poll(stream, services.lost, async () => {
            const current = await services.get();
            // Requested before the events are read, so that all events of an ended execution are read.
            const {
              status = "RUNNING",
              redriveCount = 0,
              stopDate,
              redriveStatus,
            } = await current.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
            const description = JSON.stringify({
              status,
              redriveCount,
              stop: stopDate?.toISOString() ?? null,
              redrivable: redriveStatus === "REDRIVABLE",
            });
            // An execution that has ended gets no more events unless it is redriven.
            if (status === "RUNNING" || description !== described)
              last = await sendEvents(current, executionArn, last, stream);
            if (description !== described) await stream.send({ event: "status", json: description });
            described = description;
            return status === "RUNNING"
              ? current.pollMilliseconds
              : Math.max(ENDED_POLL_MILLISECONDS, current.pollMilliseconds);
          });
        });
      },
    },
    {
      method: "GET",
      path: /^\/api\/executions\/([^/]+)\/log$/,
      answer: async ({ response, url, parts: [arn = ""] }) => {
        const { readLog } = await services.get();
        // The page already has the lines before `from`.
        const from = Number(url.searchParams.get("from") ?? 0) || 0;
        sendJson(response, (await readLog?.(arn))?.slice(from) ?? null);
      },
    },
  ];
}

/**
 * Sends the events after event `after`. Returns the ID of the last event sent. If `after` is 0, one page of
 * events is in memory at a time. Otherwise, all events to send are in memory at once.
 */
async function sendEvents(
  services: Services,
  executionArn: string,
  after: number,
  stream: EventStream,
): Promise<number> {
  if (after === 0) {
    let last = 0;
    for await (const { events, json } of rawHistoryPages(services, {
      executionArn,
      reverseOrder: false,
      maxResults: PAGE,
    })) {
      if (stream.gone.aborted) return last;
      last = events.at(-1)?.id ?? last;
      if (events.length > 0) await stream.send({ event: "history", id: String(last), json });
    }
    return last;
  }
  const missed: RawEvent[] = [];
  search: for await (const { events } of rawHistoryPages(services, {
    executionArn,
    reverseOrder: true,
    maxResults: TAIL,
  })) {
    for (const event of events) {
      if (event.id <= after) break search;
      missed.push(event);
    }
  }
  const [newest] = missed;
  if (newest === undefined) return after;
  const json = JSON.stringify({ events: missed.reverse() });
  await stream.send({ event: "history", id: String(newest.id), json });
  return newest.id;
}

/** The pages of a history, each as soon as it is available. */
export async function* historyPages(
  { stepFunctions }: Pick<Services, "stepFunctions">,
  executionArn: string,
  reverseOrder: boolean,
  maxResults = PAGE,
): AsyncGenerator<HistoryEvent[]> {
  let nextToken: string | undefined;
  do {
    const page = await stepFunctions.send(
      new GetExecutionHistoryCommand({
        executionArn,
        maxResults,
        nextToken,
        reverseOrder,
        includeExecutionData: true,
      }),
    );
    yield page.events ?? [];
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

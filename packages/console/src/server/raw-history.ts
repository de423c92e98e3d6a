/** Pages of a history as the service sends them, at a third of the cost of the SDK's objects. */
import { text } from "node:stream/consumers";
import { GetExecutionHistoryCommand } from "@aws-sdk/client-sfn";
import type { Services } from "./services.ts";

/** An event as it is in the service's JSON. `timestamp` is in seconds since 1970. */
export type RawEvent = { id: number };

export type HistoryQuery = { executionArn: string; reverseOrder: boolean; maxResults: number };

/** A page of a history: its events, and the JSON of an object with the field `events`, without line breaks. */
export type RawPage = { events: RawEvent[]; json: string };

/** The pages of a history, each as soon as it is available. */
export async function* rawHistoryPages(
  { stepFunctions }: Pick<Services, "stepFunctions">,
  query: HistoryQuery,
): AsyncGenerator<RawPage> {
  let nextToken: string | undefined;
  do {
    const command = new GetExecutionHistoryCommand({ ...query, nextToken, includeExecutionData: true });
    let read: RawPage = { events: [], json: "{}" };
    // The SDK signs, sends, and retries as usual, but parses a page from which the events were removed.
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { response } = result;
        if (!isSuccess(response)) return result;
        const body = await text(response.body);
        const page: { events?: RawEvent[]; nextToken?: string } = JSON.parse(body);
        read = { events: page.events ?? [], json: body.includes("\n") ? JSON.stringify(page) : body };
        const rest = Buffer.from(JSON.stringify({ events: [], nextToken: page.nextToken }));
        return { ...result, response: Object.assign(response, { body: rest }) };
      },
      { step: "deserialize", name: "rawHistory", priority: "low" },
    );
    const page = await stepFunctions.send(command);
    yield read;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

function isSuccess(response: unknown): response is { statusCode: 200; body: NodeJS.ReadableStream } {
  return (
    typeof response === "object" &&
    response !== null &&
    "statusCode" in response &&
    response.statusCode === 200 &&
    "body" in response &&
    typeof response.body === "object" &&
    response.body !== null &&
    Symbol.asyncIterator in response.body
  );
}

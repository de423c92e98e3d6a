/** The live list of executions: the result of ListExecutions, with details from the histories. */
import {
  DescribeExecutionCommand,
  type ExecutionListItem,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type SFNClient,
  StateMachineDoesNotExist,
} from "@aws-sdk/client-sfn";
import { causeMessage } from "@data-quest/execution-history";
import type { ExecutionRow } from "../../api-types.ts";
import type { ConsoleContext } from "../context.ts";
import { poll, streamEvents } from "../event-stream.ts";
import { type Route, sendJson } from "../http.ts";
import type { Services } from "../services.ts";

/** The list shows only the newest executions. Older executions are found by name. */
const MOST_ROWS = 1000;
const POLL_MILLISECONDS = 400;
/** Milliseconds between two reads of a running execution's history. Each read slows the execution. */
const RUNNING_DETAILS_MILLISECONDS = 2000;
/** How many rows' details are read between two checks of the list. */
const DETAILS_AT_ONCE = 8;

type Details = Pick<ExecutionRow, "survey" | "source" | "changed" | "error" | "message">;
const UNKNOWN: Details = { survey: null, source: null, changed: null, error: null, message: null };

/** Details of executions that have ended, by ARN and redrive. They no longer change. */
type DetailsCache = Map<string, Details>;

export function executionListRoutes({ services }: ConsoleContext): Route[] {
  const cache: DetailsCache = new Map();
  return [
    {
      method: "GET",
      path: /^\/api\/executions\/-\/last$/,
      answer: async ({ response }) => {
        const [last] = await listItems(await services.get(), 1);
        sendJson(response, { last: last?.executionArn ?? null });
      },
    },
    {
      method: "GET",
      path: /^\/api\/executions\/-\/stream$/,
      answer: (request) =>
        streamEvents(request, async (stream) => {
          const sent = new Map<string, string>();
          let running = new Map<string, { details: Details; at: number }>();
          await poll(stream, services.lost, async () => {
            const current = await services.get();
            const items = await listItems(current);
            const isDue = (item: ExecutionListItem) =>
              item.status === "RUNNING"
                ? (running.get(keyOf(item))?.at ?? 0) + RUNNING_DETAILS_MILLISECONDS <= Date.now()
                : !cache.has(keyOf(item));
            const due = items.filter(isDue).slice(0, DETAILS_AT_ONCE);
            const ended = new Set(items.filter(({ status }) => status !== "RUNNING").map(runningKeyOf));
            running = new Map([...running].filter(([key]) => !ended.has(key)));
            await Promise.all(
              due.map(async (item) => {
                const details = await readDetails(current.stepFunctions, item);
                if (item.status === "RUNNING") running.set(keyOf(item), { details, at: Date.now() });
                else remember(cache, keyOf(item), details);
              }),
            );
            const rows = items.map((item) =>
              rowOf(item, running.get(keyOf(item))?.details ?? cache.get(keyOf(item))),
            );
            const changed = rows.filter((row) => sent.get(row.arn) !== JSON.stringify(row));
            const first = sent.size === 0;
            if (changed.length > 0 || first) {
              for (const row of changed) sent.set(row.arn, JSON.stringify(row));
              await stream.send({
                event: "rows",
                data: { rows: changed, total: rows.length, more: items.length >= MOST_ROWS },
              });
            }
            return due.length === DETAILS_AT_ONCE ? 0 : Math.max(POLL_MILLISECONDS, current.pollMilliseconds);
          });
        }),
    },
  ];
}

const keyOf = ({ executionArn = "", redriveCount = 0, status }: ExecutionListItem) =>
  `${executionArn} ${redriveCount} ${status}`;

/** The key that an execution had while it was running. */
const runningKeyOf = (item: ExecutionListItem) => keyOf({ ...item, status: "RUNNING" });

function remember(cache: DetailsCache, key: string, details: Details): void {
  cache.set(key, details);
  const [oldest] = cache.keys();
  if (cache.size > 2 * MOST_ROWS && oldest !== undefined) cache.delete(oldest);
}

/** The newest executions of all state machines, at most `most`. */
async function listItems(
  { stepFunctions, stateMachineArns }: Services,
  most = MOST_ROWS,
): Promise<ExecutionListItem[]> {
  const lists = await Promise.all(
    stateMachineArns.map(async (stateMachineArn) => {
      const items: ExecutionListItem[] = [];
      let nextToken: string | undefined;
      do {
        const page = await stepFunctions
          .send(new ListExecutionsCommand({ stateMachineArn, nextToken, maxResults: most }))
          .catch(nothingOfMissing);
        items.push(...(page.executions ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined && items.length < most);
      return items;
    }),
  );
  return lists
    .flat()
    .sort((one, other) => (other.startDate?.getTime() ?? 0) - (one.startDate?.getTime() ?? 0))
    .slice(0, most);
}

/** A state directory or stage of an earlier version may lack one of the state machines. */
function nothingOfMissing(error: unknown): { executions?: ExecutionListItem[]; nextToken?: string } {
  if (error instanceof StateMachineDoesNotExist) return {};
  throw error;
}

function rowOf(item: ExecutionListItem, details: Details | undefined): ExecutionRow {
  return {
    arn: item.executionArn ?? "",
    name: item.name ?? "",
    stateMachine: item.stateMachineArn?.split(":").at(-1) ?? "",
    status: item.status ?? "RUNNING",
    start: item.startDate?.toISOString() ?? "",
    stop: item.stopDate?.toISOString() ?? null,
    redrives: item.redriveCount ?? 0,
    ...(details ?? UNKNOWN),
    complete: details !== undefined,
  };
}

/** DiscoverFiles exits among the first events; SyncFiles ends among the last. */
const FIRST_EVENTS = 20;
const LAST_EVENTS = 60;

async function readDetails(
  stepFunctions: SFNClient,
  { executionArn, status }: ExecutionListItem,
): Promise<Details> {
  const history = (reverseOrder: boolean, maxResults: number) =>
    stepFunctions.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder, maxResults, includeExecutionData: true }),
    );
  const [execution, first, last] = await Promise.all([
    stepFunctions.send(new DescribeExecutionCommand({ executionArn })),
    history(false, FIRST_EVENTS),
    history(true, LAST_EVENTS),
  ]);
  const exits = [...(first.events ?? []), ...(last.events ?? [])].flatMap(
    ({ stateExitedEventDetails: exit }) =>
      exit === undefined ? [] : [{ name: exit.name, output: parsed(exit.output) }],
  );
  const discovered = exits.find(({ name }) => name === "DiscoverFiles")?.output;
  const synced = exits.find(({ name }) => name === "SyncFiles")?.output;
  const failed = status !== "SUCCEEDED" && status !== "RUNNING";
  return {
    survey:
      text(member(parsed(execution.input), "survey")) ??
      text(member(member(discovered, "settings"), "survey")) ??
      null,
    source: text(member(discovered, "source")) ?? null,
    changed:
      synced === undefined
        ? null
        : ["created", "updated", "removed"].reduce((sum, name) => sum + count(member(synced, name)), 0),
    error: failed ? (execution.error ?? null) : null,
    message: failed && execution.cause ? causeMessage(execution.cause).slice(0, 500) : null,
  };
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? "null");
  } catch {
    // A truncated or invalid input or output says nothing about files.
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

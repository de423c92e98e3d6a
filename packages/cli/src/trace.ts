/** `quest trace`: an execution as one HTML file that opens anywhere without a network. */
import { readFile, writeFile } from "node:fs/promises";
import { ExecutionDoesNotExist } from "@aws-sdk/client-sfn";
import type { ExecutionDescription, LogLine } from "@data-quest/console/api-types";
import { describeExecution } from "@data-quest/console/describe";
import { traceFile } from "@data-quest/console/trace";
import { eventTime, type HistoryEvent, readTimeline } from "@data-quest/execution-history";
import * as z from "zod";
import { commandLine } from "./command-line.ts";
import { executionCost } from "./console.ts";
import { Failure } from "./failure.ts";
import { readHistory } from "./follow.ts";
import { readOnlyTarget } from "./read-only-target.ts";
import { executionArn } from "./target.ts";

export type TraceOptions = {
  stateDir: string;
  stage?: string;
  output?: string;
  /** False leaves out inputs and outputs. */
  payloads: boolean;
  /** Files with the output of the AWS CLI commands `get-execution-history` and `describe-state-machine`. */
  from?: string[];
};

/**
 * Writes the trace and prints its location. Returns the exit code. Throws Failure if there is no such
 * execution or file.
 */
export async function traceCommand(execution: string | undefined, options: TraceOptions): Promise<number> {
  const { description, events, log, local } = await readExecution(execution, options);
  const html = await traceFile({
    description,
    events,
    logs: log,
    cost: description.status === "RUNNING" || !local ? null : executionCost(readTimeline(events)),
    payloads: options.payloads,
  });
  const file = options.output ?? `${description.name.replace(/[^\w.-]+/g, "-")}.html`;
  if (file === "-") process.stdout.write(html);
  else {
    await writeFile(file, html).catch((error: unknown) => {
      throw new Failure(
        `The trace cannot be written to ${file}: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    process.stdout.write(
      `${file}  ${events.length} events, ${Math.ceil(Buffer.byteLength(html) / 1000)} KB\n`,
    );
  }
  return 0;
}

type ReadExecution = {
  description: ExecutionDescription;
  events: HistoryEvent[];
  /** Null if the log is not available. */
  log: LogLine[] | null;
  /** Whether the execution was read from a deployment. The cost estimate knows only the functions of a deployment. */
  local: boolean;
};

async function readExecution(execution: string | undefined, options: TraceOptions): Promise<ReadExecution> {
  if (options.from !== undefined) {
    if (execution !== undefined)
      throw new Failure("Specify either an execution or --from with files, not both");
    return { ...(await readFiles(options.from)), log: null, local: false };
  }
  if (execution === undefined)
    throw new Failure(`Specify an execution. To list the executions: ${commandLine(["history"], options)}`);
  const target = await readOnlyTarget(options);
  try {
    const arn = executionArn(target, execution);
    const description = await describeExecution(target, arn);
    const events: HistoryEvent[] = [];
    for await (const event of readHistory(target, arn)) events.push(event);
    const log = (await target.readLog?.(arn)) ?? null;
    return { description, events, log, local: true };
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error;
    throw new Failure(
      `The execution ${execution} does not exist. To list the executions: ${commandLine(["history"], options)}`,
    );
  } finally {
    await target.close();
  }
}

/** An execution from files with the AWS CLI's output. Whatever the files lack is left out. */
async function readFiles([eventsFile, definitionFile]: readonly string[]): Promise<
  Pick<ReadExecution, "description" | "events">
> {
  if (eventsFile === undefined) throw new Failure("--from needs the file with the events");
  const history = await readJson(eventsFile);
  const list = Array.isArray(history) ? history : memberOf(history, "events");
  if (!Array.isArray(list))
    throw new Failure(
      `${eventsFile} contains no events. To save them: aws stepfunctions get-execution-history --execution-arn ...`,
    );
  // An edited file may contain anything. Items that are not events are left out.
  const events = list.filter((event) => Event.safeParse(event).success);
  const definition = definitionFile === undefined ? "{}" : definitionText(await readJson(definitionFile));
  const { status, input, output, error, cause, spans } = readTimeline(events);
  const name =
    eventsFile
      .split(/[/\\]/)
      .at(-1)
      ?.replace(/\.json$/, "") ?? eventsFile;
  const start = spans[0]?.from ?? eventTime(events[0]?.timestamp);
  const stop = status === "RUNNING" ? undefined : spans.at(-1)?.to;
  return {
    events,
    description: {
      arn: name,
      name,
      stateMachineArn: "",
      status,
      start: new Date(start ?? 0).toISOString(),
      stop: stop === undefined ? null : new Date(stop).toISOString(),
      input: input ?? "{}",
      output: output ?? null,
      error: error ?? null,
      cause: cause ?? null,
      redriveCount: 0,
      redriveDate: null,
      redrivable: false,
      redriveReason: null,
      definition,
    },
  };
}

/** The only fields of an event that are checked. All other fields are untrusted. */
const Event = z.looseObject({
  id: z.number().nullish(),
  previousEventId: z.number().nullish(),
  type: z.string().nullish(),
});

/** The definition itself, or the response of describe-state-machine, which contains it as text. */
function definitionText(value: unknown): string {
  const text = memberOf(value, "definition");
  return typeof text === "string" ? text : JSON.stringify(value);
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new Failure(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** Evaluates a state's JSONata again, with the values recorded in the history. */
import { eventTime, type Thread, type Visit } from "@data-quest/execution-history";
import type { Expression } from "./definition.ts";
import type { ExecutionStore } from "./execution-store.ts";
import { member, parseJson } from "./json.ts";

export type Recorded = { states: Record<string, unknown>; variables: Record<string, unknown> };

/** The values that a state's expressions could read: `$states`, and the variables assigned before it. */
export function recordedValues(store: ExecutionStore, visit: Visit): Recorded {
  const { description, events } = store;
  const input = parseJson(visit.input);
  const last = visit.attempts.at(-1);
  const result =
    visit.attempts.length > 0 && visit.threads.length === 0
      ? parseJson(last?.output)
      : visit.threads.length > 0
        ? threadOutputs(visit)
        : undefined;
  const errorOutput =
    visit.error === undefined ? undefined : { Error: visit.error, Cause: visit.cause ?? "" };
  const { thread } = visit;
  const entered = visit.spans[0]?.from;
  return {
    states: {
      input,
      ...(result === undefined ? {} : { result }),
      ...(errorOutput === undefined ? {} : { errorOutput }),
      context: {
        Execution: {
          Id: description.arn,
          Name: description.name,
          Input: parseJson(description.input),
          StartTime: new Date(eventTime(events[0]?.timestamp) ?? description.start).toISOString(),
          RedriveCount: description.redriveCount,
        },
        State: {
          Name: visit.name,
          ...(entered === undefined ? {} : { EnteredTime: new Date(entered).toISOString() }),
          RetryCount: Math.max(0, visit.attempts.length - 1),
        },
        StateMachine: {
          Id: description.stateMachineArn,
          Name: description.stateMachineArn.split(":").at(-1),
        },
        ...(thread.kind === "iteration"
          ? { Map: { Item: { Index: thread.index, Value: parseJson(thread.visits[0]?.input) } } }
          : {}),
      },
    },
    variables: variablesBefore(visit),
  };
}

function threadOutputs(visit: Visit): unknown[] {
  const latest = visit.threads.at(-1)?.attempt;
  return visit.threads
    .filter(({ attempt }) => attempt === latest)
    .sort((one, other) => one.index - other.index)
    .map((thread) => parseJson(thread.visits.at(-1)?.output));
}

/** The variables in scope when a state was entered: those of its own thread, and of the enclosing threads. */
function variablesBefore(visit: Visit): Record<string, unknown> {
  const threads: { thread: Thread; before: Visit }[] = [];
  for (let at: Visit | undefined = visit; at !== undefined; at = at.thread.parent)
    threads.unshift({ thread: at.thread, before: at });
  const variables: Record<string, unknown> = {};
  for (const { thread, before } of threads)
    for (const each of thread.visits) {
      if (each === before) break;
      for (const [name, value] of Object.entries(each.assigned ?? {}))
        variables[name] = parseJson(value) ?? value;
    }
  return variables;
}

/** The value that a field had when the state ran. Undefined if the history does not contain that value. */
export function recordedResult(visit: Visit, { field }: Pick<Expression, "field">): unknown {
  const [root = "", ...rest] = field.split(/[.[\]]+/).filter(Boolean);
  const inside = (value: unknown) =>
    member(value, ...rest.map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
  switch (root) {
    case "Output":
      return inside(parseJson(visit.output));
    case "Assign": {
      const [name = "", ...deeper] = rest;
      return member(parseJson(visit.assigned?.[name]), ...deeper);
    }
    case "Arguments":
      return inside(parseJson(visit.attempts.at(-1)?.parameters));
    default:
      return undefined;
  }
}

const LIMIT_MILLISECONDS = 3000;

let workerAddress: string | undefined;

/** Sets the URL of the worker's script. A trace contains the script itself. */
export function setWorkerAddress(address: string): void {
  workerAddress = address;
}

/** Evaluates a JSONata template in a worker. Rejects if the template has an error, or after three seconds. */
export function evaluateTemplate(template: unknown, { states, variables }: Recorded): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (workerAddress === undefined) {
      reject(new Error("Expressions cannot be evaluated here"));
      return;
    }
    const worker = new Worker(workerAddress);
    const timer = setTimeout(() => {
      worker.terminate();
      reject(new Error(`The expression did not end within ${LIMIT_MILLISECONDS / 1000} s and was stopped.`));
    }, LIMIT_MILLISECONDS);
    const end = () => {
      clearTimeout(timer);
      worker.terminate();
    };
    worker.onmessage = ({ data }: MessageEvent<string>) => {
      end();
      const answer = parseJson(data);
      const error = member(answer, "error");
      if (error !== undefined) reject(new Error(String(error)));
      else resolve(member(answer, "value"));
    };
    worker.onerror = (event) => {
      end();
      reject(new Error(event.message || "The expression could not be evaluated"));
    };
    worker.postMessage({ template, states, variables });
  });
}

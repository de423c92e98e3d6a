import type { HistoryEvent, Json, JsonObject } from "@data-quest/step-functions";
import type { Ending } from "@data-quest/step-functions/testing";
import { isJsonObject, runInMemory } from "@data-quest/step-functions/testing";
import type { ConformanceCase, KnownCase } from "./case-file.ts";
import { differences } from "./compare.ts";
import { stubLambdas } from "./lambda-stub.ts";

/** Runs a case's state machine on a clock that does not wait, and returns how it ended and its history. */
export async function runCase(
  recorded: ConformanceCase,
): Promise<{ ending: Ending; events: HistoryEvent[] }> {
  const execution = runInMemory({
    definition: asJsonata(recorded.definition, new Set(recorded.jsonpathStates)),
    input: recorded.input,
    invokeLambda: stubLambdas(recorded.lambdas),
  });
  const ending = await execution.finished;
  return { ending, events: execution.records.map((record) => record.event) };
}

/** The differences between a case and our run of it, one line each. Empty if the two agree. */
export async function faultsOf(expected: ConformanceCase | KnownCase): Promise<string[]> {
  if ("authority" in expected) return faultsOfKnown(expected);
  const { ending, events } = await runCase(expected);
  return differences(expected, ending, events);
}

async function faultsOfKnown({ definition, input, lambdas, expected }: KnownCase): Promise<string[]> {
  const isText = typeof definition === "string";
  const started = start(isText ? JSON.parse(definition) : definition, input, lambdas);
  if ("create" in expected) {
    const answer = "refused" in started ? started.refused : "no exception";
    return answer === expected.create ? [] : [`create: expected ${expected.create}, got ${answer}`];
  }
  if ("refused" in started)
    return [`create: expected an execution, got ${started.refused}: ${started.message}`];
  const ending = await started.finished;
  const output = "output" in ending ? ending.output : undefined;
  const wanted = isText ? expected.output : JSON.stringify(expected.output);
  const error = "error" in ending ? ending.error : undefined;
  const rows: [string, unknown, unknown][] = [["status", expected.status, ending.status]];
  if (expected.output !== undefined)
    rows.push(["output", canonical(String(wanted)), canonical(output ?? "null")]);
  if (expected.error !== undefined) rows.push(["error", expected.error, error]);
  return rows
    .filter(([, want, got]) => want !== got)
    .map(([what, want, got]) => `${what}: expected ${want}, got ${got}`);
}

function start(definition: object, input: Json, lambdas: KnownCase["lambdas"]) {
  try {
    return runInMemory({ definition, input, invokeLambda: stubLambdas(lambdas) });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { refused: error.name, message: error.message };
  }
}

/** JSON text with the members of objects in alphabetical order. */
function canonical(text: string): string {
  const sorted = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(sorted);
    if (!isJsonObject(value)) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
  };
  return JSON.stringify(sorted(JSON.parse(text)));
}

/** The definition, with JSONata declared for the states whose fields mean the same in JSONata and JSONPath. */
function asJsonata(definition: JsonObject, neutral: ReadonlySet<string>): JsonObject {
  const machine = declare(definition, neutral);
  return machine.QueryLanguage === "JSONPath" ? { ...machine, QueryLanguage: "JSONata" } : machine;
}

function declare(processor: JsonObject, neutral: ReadonlySet<string>): JsonObject {
  const states = Object.entries(isJsonObject(processor.States) ? processor.States : {}).map(
    ([name, state]) => [name, isJsonObject(state) ? declareState(state, neutral.has(name), neutral) : state],
  );
  return { ...processor, States: Object.fromEntries(states) };
}

function declareState(state: JsonObject, isNeutral: boolean, neutral: ReadonlySet<string>): JsonObject {
  const inner = (value: Json): Json => (isJsonObject(value) ? declare(value, neutral) : value);
  return {
    ...state,
    ...(isNeutral ? { QueryLanguage: "JSONata" } : {}),
    ...(state.ItemProcessor === undefined ? {} : { ItemProcessor: inner(state.ItemProcessor) }),
    ...(state.Iterator === undefined ? {} : { Iterator: inner(state.Iterator) }),
    ...(Array.isArray(state.Branches) ? { Branches: state.Branches.map(inner) } : {}),
  };
}

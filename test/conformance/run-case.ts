import type { HistoryEvent } from "@data-quest/step-functions/history";
import type { Ending } from "@data-quest/step-functions/interpreter/execution";
import { runInMemory } from "@data-quest/step-functions/interpreter/memory-run";
import { isJsonObject, type Json, type JsonObject } from "@data-quest/step-functions/json";
import type { ConformanceCase } from "./case-file.ts";
import { stubLambdas } from "./lambda-stub.ts";

/** Runs a case's state machine on a clock that does not wait, and gives how it ended and its history. */
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

/** The definition with the states that hold only what means the same in both languages declared as JSONata. */
function asJsonata(definition: JsonObject, neutral: ReadonlySet<string>): JsonObject {
  const machine = declare(definition, neutral);
  return machine.QueryLanguage === "JSONPath" ? { ...machine, QueryLanguage: "JSONata" } : machine;
}

function declare(processor: JsonObject, neutral: ReadonlySet<string>): JsonObject {
  const states: JsonObject = {};
  for (const [name, state] of Object.entries(isJsonObject(processor.States) ? processor.States : {})) {
    states[name] = isJsonObject(state) ? declareState(state, neutral.has(name), neutral) : state;
  }
  return { ...processor, States: states };
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

import { readDefinition } from "@data-quest/local/step-functions/check-definition.ts";
import { type Ending, startExecution } from "@data-quest/local/step-functions/execution.ts";
import type { HistoryEvent } from "@data-quest/local/step-functions/history.ts";
import { isJsonObject, type Json, type JsonObject } from "@data-quest/local/step-functions/json.ts";
import { memoryHistory } from "@data-quest/local/step-functions/memory-history.ts";
import { virtualClock } from "@data-quest/local/step-functions/virtual-clock.ts";
import type { ConformanceCase } from "./case-file.ts";
import { stubLambdas } from "./lambda-stub.ts";

const ACCOUNT = "arn:aws:states:us-east-1:111111111111";

/** Runs a case's state machine on a clock that does not wait, and gives how it ended and its history. */
export async function runCase(
  recorded: ConformanceCase,
): Promise<{ ending: Ending; events: HistoryEvent[] }> {
  const definition = readDefinition(
    JSON.stringify(asJsonata(recorded.definition, new Set(recorded.jsonpathStates))),
  );
  const clock = virtualClock();
  const history = memoryHistory(clock);
  const run = {
    clock,
    random: Math.random,
    invokeLambda: stubLambdas(recorded.lambdas),
    region: "us-east-1",
    history,
    context: {
      execution: {
        id: `${ACCOUNT}:execution:conformance:case`,
        name: "case",
        input: recorded.input,
        roleArn: "arn:aws:iam::111111111111:role/conformance",
        startTime: new Date(clock.now()).toISOString(),
        redriveCount: 0,
      },
      stateMachine: { id: `${ACCOUNT}:stateMachine:conformance`, name: "conformance" },
    },
  };
  const ending = await startExecution(run, definition, JSON.stringify(recorded.input)).finished;
  return { ending, events: history.records.map((record) => record.event) };
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
    ...(Array.isArray(state.Branches) ? { Branches: state.Branches.map(inner) } : {}),
  };
}

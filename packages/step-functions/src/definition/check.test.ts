import { describe, expect, test } from "vitest";
import { checkDefinition, readDefinition } from "./check.ts";

const pass = { Type: "Pass", End: true };
const task = {
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: "F" },
  End: true,
};
const machine = (States: Record<string, unknown>, more: object = {}) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(States)[0],
  States,
  ...more,
});
const faults = (definition: unknown) => {
  const result = checkDefinition(JSON.stringify(definition));
  const diagnostics = "diagnostics" in result ? result.diagnostics : [];
  return diagnostics.map(({ code, message, location }) => `${code}: ${message} at ${location}`);
};

test("a definition in the form that SST writes, with null for absent fields, is accepted", () => {
  const inner = {
    ProcessorConfig: { Mode: "INLINE" },
    StartAt: "B",
    States: { B: { ...task, QueryLanguage: "JSONata" } },
  };
  const definition = {
    Comment: "c",
    StartAt: "A",
    States: {
      A: {
        Type: "Map",
        QueryLanguage: "JSONata",
        Items: "{% [] %}",
        ItemProcessor: inner,
        Next: "C",
        Retry: null,
        Catch: null,
        End: null,
      },
      C: { ...pass, QueryLanguage: "JSONata", Output: null, Comment: null },
    },
  };
  const read = readDefinition(JSON.stringify(definition));
  expect(read.States.C).toEqual({ Type: "Pass", End: true, QueryLanguage: "JSONata", Output: null });
});

test("Iterator is accepted as the old name of ItemProcessor", () => {
  const inner = { StartAt: "B", States: { B: pass } };
  const { States } = readDefinition(
    JSON.stringify(machine({ A: { Type: "Map", Iterator: inner, End: true } })),
  );
  expect(States.A).toMatchObject({ Type: "Map", ItemProcessor: inner });
});

describe("what runs on AWS but not here is refused with an error that identifies it", () => {
  test.each<[string, unknown, string]>([
    [
      "JSONPath for the machine",
      machine({ A: pass }, { QueryLanguage: "JSONPath" }),
      "JSONPath state machines do not run here: write this one in JSONata at /QueryLanguage",
    ],
    [
      "JSONPath for a state",
      { StartAt: "A", States: { A: { ...pass, QueryLanguage: "JSONPath" } } },
      "The JSONPath query language is not supported",
    ],
    [
      "a JSONPath field",
      { StartAt: "A", States: { A: { ...pass, InputPath: "$.x" } } },
      "Field 'InputPath' belongs to JSONPath",
    ],
    [
      "a Choice with no language",
      {
        StartAt: "A",
        States: { A: { Type: "Choice", Choices: [{ Variable: "$.x", IsNull: true, Next: "B" }] }, B: pass },
      },
      "A Choice with no QueryLanguage uses JSONPath",
    ],
    [
      "an expression with no language",
      { StartAt: "A", States: { A: { Type: "Wait", Seconds: "{% 1 %}", End: true } } },
      "A state with expressions and no QueryLanguage uses JSONPath",
    ],
    [
      "a JSONata field with no language",
      { StartAt: "A", States: { A: { ...pass, Output: 1 } } },
      "field 'Output' is only supported for the 'JSONata' QueryLanguage",
    ],
    [
      "a Distributed Map",
      machine({
        M: {
          Type: "Map",
          End: true,
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "A",
            States: { A: pass },
          },
        },
      }),
      "A Distributed Map is not supported (Mode DISTRIBUTED): only an inline Map runs here at /States/M",
    ],
    [
      "an ItemReader",
      machine({
        M: {
          Type: "Map",
          End: true,
          ItemReader: { Resource: "arn:aws:states:::s3:getObject" },
          ItemProcessor: { StartAt: "A", States: { A: pass } },
        },
      }),
      "A Distributed Map is not supported (Field 'ItemReader')",
    ],
    [
      "another integration",
      machine({ A: { ...task, Resource: "arn:aws:states:::sqs:sendMessage" } }),
      "The resource 'arn:aws:states:::sqs:sendMessage' is not supported",
    ],
    [
      "a task token",
      machine({ A: { ...task, Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken" } }),
      "The resource 'arn:aws:states:::lambda:invoke.waitForTaskToken' is not supported",
    ],
    [
      "an activity, in a branch",
      machine({
        P: {
          Type: "Parallel",
          End: true,
          Branches: [
            {
              StartAt: "A",
              States: { A: { ...task, Resource: "arn:aws:states:us-east-1:000000000000:activity:x" } },
            },
          ],
        },
      }),
      "at /States/P/Branches/0/States/A/Resource",
    ],
  ])("%s", (_what, definition, message) => {
    expect(faults(definition)).toEqual([expect.stringMatching(/^UNSUPPORTED_HERE: /)]);
    expect(faults(definition)[0]).toContain(message);
  });
});

describe("what the service refuses is refused here, too, with the service's message if it is known", () => {
  test.each<[string, unknown, string]>([
    [
      "an unknown field",
      machine({ A: { ...task, Timeout: 5 } }),
      "SCHEMA_VALIDATION_FAILED: Field 'Timeout' is not supported at /States/A",
    ],
    [
      "a field of the wrong type",
      machine({ A: { ...pass, Catch: [] } }),
      "SCHEMA_VALIDATION_FAILED: Field 'Catch' is not supported at /States/A",
    ],
    [
      "a JSONPath field in JSONata",
      machine({ A: { ...pass, Result: 1 } }),
      "SCHEMA_VALIDATION_FAILED: Field 'Result' is not supported at /States/A",
    ],
    [
      "StartAt",
      { ...machine({ A: pass }), StartAt: "B" },
      "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: B at /StartAt",
    ],
    [
      "Next",
      machine({ A: { Type: "Pass", Next: "B" } }),
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
    ],
    [
      "a state that nothing leads to",
      machine({ A: pass, B: pass }),
      "UNREACHABLE_STATE: State 'B' is not reachable at /States/B",
    ],
    [
      "a loop without end",
      machine({ A: { Type: "Pass", Next: "A" } }),
      "MISSING_TERMINAL_STATE: No terminal state found at /",
    ],
    [
      "Next and End",
      machine({ A: { ...pass, Next: "A" } }),
      "SCHEMA_VALIDATION_FAILED: Exactly one of 'Next' and 'End' (set to true) is required at /States/A",
    ],
    [
      "the same name twice",
      machine({ A: { Type: "Map", End: true, ItemProcessor: { StartAt: "A", States: { A: pass } } } }),
      "DUPLICATE_STATE_NAME: The state name 'A' is used twice at /States/A/ItemProcessor/States/A",
    ],
    [
      "States.ALL among others",
      machine({ A: { ...task, Retry: [{ ErrorEquals: ["X", "States.ALL"] }] } }),
      "SCHEMA_VALIDATION_FAILED: States.ALL must be alone, in the last entry of the list at /States/A/Retry[0]/ErrorEquals",
    ],
    [
      "a slow heartbeat",
      machine({ A: { ...task, TimeoutSeconds: 5, HeartbeatSeconds: 5 } }),
      "SCHEMA_VALIDATION_FAILED: HeartbeatSeconds must be smaller than TimeoutSeconds at /States/A/HeartbeatSeconds",
    ],
    [
      "two waits",
      machine({ A: { Type: "Wait", Seconds: 1, Timestamp: "2026-01-01T00:00:00Z", End: true } }),
      "SCHEMA_VALIDATION_FAILED: Exactly one of 'Seconds' and 'Timestamp' is required at /States/A",
    ],
    [
      "a bad timestamp",
      machine({ A: { Type: "Wait", Timestamp: "tomorrow", End: true } }),
      "SCHEMA_VALIDATION_FAILED: 'tomorrow' is not an ISO 8601 timestamp such as 2026-01-31T08:30:00Z at /States/A/Timestamp",
    ],
    [
      "an expression",
      machine({ A: { ...pass, Output: { x: ["{% 1 + %}"] } } }),
      "INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/A/Output/x[0]",
    ],
    [
      "a variable named $states",
      machine({ A: { ...pass, Assign: { states: 1 } } }),
      "SCHEMA_VALIDATION_FAILED: The variable name is not valid: $states is reserved at /States/A/Assign/states",
    ],
    [
      "not JSONata",
      machine({ A: { Type: "Wait", Seconds: "5", End: true } }),
      "SCHEMA_VALIDATION_FAILED: must be a number or a JSONata expression: {% ... %} at /States/A/Seconds",
    ],
  ])("%s", (_what, definition, message) => {
    expect(faults(definition)).toContain(message);
  });
  test("text that is not JSON, and JSON that is not an object", () => {
    expect(checkDefinition("{")).toMatchObject({ diagnostics: [{ code: "INVALID_JSON_DESCRIPTION" }] });
    expect(faults([])).toEqual(["SCHEMA_VALIDATION_FAILED: The definition must be a JSON object at /"]);
    expect(() => readDefinition("[]")).toThrow(
      /^Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED/,
    );
  });
  test("JSON nested so deeply that reading it would overflow the stack", () => {
    const nested = (levels: number) => `${"[".repeat(levels)}"]"${"]".repeat(levels)}`;
    const text = (levels: number) =>
      `{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Output":${nested(levels)},"End":true}}}`;
    expect(checkDefinition(text(900))).toHaveProperty("definition");
    for (const levels of [1001, 400_000])
      expect(checkDefinition(text(levels))).toMatchObject({
        diagnostics: [{ code: "INVALID_JSON_DESCRIPTION", message: expect.stringContaining("1000 levels") }],
      });
  });
});

test("the cost of checking text does not grow with its nesting", () => {
  const definition = (depth: number) => {
    let Output: unknown = Array.from({ length: 5000 }, () => "text");
    for (let level = 0; level < depth; level++) Output = [Output];
    return JSON.stringify(machine({ A: { ...pass, Output } }));
  };
  const cost = (text: string) => {
    // The fastest of many runs, because a busy machine makes some runs slower.
    const times = Array.from({ length: 15 }, () => {
      const start = performance.now();
      expect(checkDefinition(text)).toHaveProperty("definition");
      return performance.now() - start;
    });
    return Math.min(...times);
  };
  expect(cost(definition(900)) / cost(definition(10))).toBeLessThan(12);
});

test("an expression that is nested too deeply to be parsed is refused with a clear message", () => {
  const Output = `{% ${"(".repeat(100_000)} %}`;
  expect(faults(machine({ A: { ...pass, Output } }))).toEqual([
    "INVALID_JSONATA_EXPRESSION: The expression is too long or nested too deeply to be parsed at /States/A/Output",
  ]);
});

describe("a definition whose check would take seconds is refused", () => {
  const refusals = (Output: unknown) => faults(machine({ A: { ...pass, Output } }));
  const path = (steps: number) => `{% $x${".a".repeat(steps)} %}`;

  test("for an expression with more than 1,000 path steps", () => {
    expect(refusals(path(1000))).toEqual([]);
    expect(refusals({ b: path(1001) })).toEqual([
      "UNSUPPORTED_HERE: The expression has more than 1000 path steps, which takes too long to check here: simplify it, or split the state machine at /States/A/Output/b",
    ]);
  });

  test("for more than 50,000 steps in total, or more than 5,000 expressions", () => {
    const texts = (count: number, text: string) => Array.from({ length: count }, () => text);
    expect(refusals(texts(51, path(1000)))).toEqual([
      "UNSUPPORTED_HERE: The definition's expressions have more than 50000 path steps, which takes too long to check here: simplify it, or split the state machine at /",
    ]);
    expect(refusals(texts(5000, "{% 1 %}"))).toEqual([]);
    expect(refusals(texts(5001, "{% 1 %}"))).toEqual([
      "UNSUPPORTED_HERE: The definition has more than 5000 expressions, which takes too long to check here: simplify it, or split the state machine at /",
    ]);
  });

  test("but dots in numbers and strings do not count as steps", () => {
    expect(
      refusals(`{% [${"1.5,".repeat(2000)} "\\"${".".repeat(2000)}", '${".".repeat(2000)}'] %}`),
    ).toEqual([]);
  });
});

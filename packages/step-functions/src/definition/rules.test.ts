import { describe, expect, test } from "vitest";
import { checkDefinition } from "./check.ts";
import { RAW_RULES, RULES } from "./rules.ts";

const work = "arn:aws:lambda:us-east-1:000000000000:function:Work";
const invoke = "arn:aws:states:::lambda:invoke";
const start = "arn:aws:states:::states:startExecution.sync:2";
const pass = (fields: object = {}) => ({ Type: "Pass", End: true, ...fields });
const task = (fields: object = {}) => ({ Type: "Task", Resource: work, End: true, ...fields });
const machine = (States: Record<string, object>, fields: object = {}) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(States)[0],
  States,
  ...fields,
});
const one = (state: object) => machine({ A: state });
const iterating = (states: Record<string, object>, fields: object = {}) => ({
  Type: "Map",
  ItemProcessor: { StartAt: Object.keys(states)[0], States: states },
  End: true,
  ...fields,
});
const output = (text: string) => one(pass({ Output: text }));
const caught = (fields: object) =>
  machine({ A: task({ Catch: [{ ErrorEquals: ["States.ALL"], Next: "B", ...fields }] }), B: pass() });

/**
 * For each rule: definitions that it refuses, with the expected messages, and definitions that it accepts.
 */
const EXAMPLES: Record<string, { refused: [object, string][]; accepted: object[] }> = {
  "a state machine in JSONPath": {
    refused: [[machine({ A: pass() }, { QueryLanguage: "JSONPath" }), "UNSUPPORTED_HERE /QueryLanguage"]],
    accepted: [one(pass())],
  },
  "a state in JSONPath": {
    refused: [
      [one(pass({ QueryLanguage: "JSONPath" })), "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata'"],
      [{ StartAt: "A", States: { A: pass({ InputPath: "$" }) } }, "Field 'InputPath' belongs to JSONPath"],
    ],
    accepted: [{ StartAt: "A", States: { A: pass() } }],
  },
  "a Distributed Map": {
    refused: [
      [
        one(
          iterating(
            { B: pass() },
            {
              ItemProcessor: {
                ProcessorConfig: { Mode: "DISTRIBUTED" },
                StartAt: "B",
                States: { B: pass() },
              },
            },
          ),
        ),
        "UNSUPPORTED_HERE /States/A",
      ],
    ],
    accepted: [one(iterating({ B: pass() }))],
  },
  "a resource other than Lambda and states:startExecution": {
    refused: [
      [one(task({ Resource: "arn:aws:states:::sqs:sendMessage" })), "UNSUPPORTED_HERE /States/A/Resource"],
      [one(task({ Resource: `${start.slice(0, -7)}.waitForTaskToken` })), "UNSUPPORTED_HERE"],
    ],
    accepted: [one(task())],
  },
  "a Map with both ItemProcessor and its old name, Iterator": {
    refused: [
      [one(iterating({ B: pass() }, { Iterator: { StartAt: "C", States: { C: pass() } } })), "Only one of"],
    ],
    accepted: [one({ Type: "Map", Iterator: { StartAt: "C", States: { C: pass() } }, End: true })],
  },
  "a QueryLanguage in ItemProcessor or Iterator": {
    refused: [
      [
        one({
          Type: "Map",
          End: true,
          Iterator: { QueryLanguage: "JSONata", StartAt: "C", States: { C: pass() } },
        }),
        "Field 'QueryLanguage' is not supported /States/A/Iterator",
      ],
    ],
    accepted: [],
  },
  "a transition to a missing state, a state that cannot be reached, or states without an end": {
    refused: [
      [one({ Type: "Pass", Next: "B" }), "MISSING_TRANSITION_TARGET /States/A/Next"],
      [machine({ A: pass(), B: pass() }), "UNREACHABLE_STATE /States/B"],
      [machine({ A: { Type: "Pass", Next: "A" } }), "MISSING_TERMINAL_STATE"],
    ],
    accepted: [machine({ A: { Type: "Pass", Next: "B" }, B: pass() })],
  },
  "a state name used twice": {
    refused: [[one(iterating({ A: pass() })), "DUPLICATE_STATE_NAME"]],
    accepted: [],
  },
  "a state with both or neither of Next and End": {
    refused: [
      [one({ Type: "Pass" }), "Exactly one of 'Next' and 'End'"],
      [machine({ A: { Type: "Pass", Next: "B", End: true }, B: pass() }), "Exactly one of 'Next' and 'End'"],
    ],
    accepted: [],
  },
  "States.ALL together with other names, or before other Retriers or Catchers": {
    refused: [
      [one(task({ Retry: [{ ErrorEquals: ["States.ALL", "X"] }] })), "/States/A/Retry[0]/ErrorEquals"],
    ],
    accepted: [one(task({ Retry: [{ ErrorEquals: ["X"] }, { ErrorEquals: ["States.ALL"] }] }))],
  },
  "HeartbeatSeconds not below TimeoutSeconds, or a Wait with both or neither of Seconds and Timestamp": {
    refused: [
      [one(task({ TimeoutSeconds: 5, HeartbeatSeconds: 5 })), "/States/A/HeartbeatSeconds"],
      [one({ Type: "Wait", End: true }), "Exactly one of 'Seconds' and 'Timestamp'"],
    ],
    accepted: [one(task({ TimeoutSeconds: 5, HeartbeatSeconds: 4 }))],
  },
  "an expression with a wrong start or end": {
    refused: [
      [output(" {% 1 %}"), "INVALID_JSONATA_EXPRESSION /States/A/Output"],
      [output("{% 1 %} "), "INVALID_JSONATA_EXPRESSION"],
      [output("{% 1"), "INVALID_JSONATA_EXPRESSION"],
      [output("{%}"), "INVALID_JSONATA_EXPRESSION"],
      [one(pass({ Assign: { v: [{ deep: "1 %}" }] } })), "/States/A/Assign/v[0]/deep"],
      [caught({ Output: "{% 1" }), "/States/A/Catch[0]/Output"],
      [one({ Type: "Fail", Cause: "{% 1 % }" }), "/States/A/Cause"],
    ],
    accepted: [output(" {% 1 %} "), output("100 %"), one(pass({ Comment: "{% not one" }))],
  },
  "an expression that does not parse": {
    refused: [[output("{% 1 + %}"), "INVALID_JSONATA_EXPRESSION"]],
    accepted: [output("{% 1 + 1 %}")],
  },
  "$, $$, or a bare name where an expression has no context": {
    refused: [
      [
        output("{% phone %}"),
        "UNSUPPORTED_JSONATA_EXPRESSION Reference to 'phone' at the top level is not supported.",
      ],
      [output("{% phone.number %}"), "Reference to 'phone'"],
      [output("{% 1 + $sum(phone) %}"), "Reference to 'phone'"],
      [output("{% ($x := phone; $x) %}"), "Reference to 'phone'"],
      [output("{% function($x) { phone } %}"), "Reference to 'phone'"],
      [output("{% $states.input ? phone : 1 %}"), "Reference to 'phone'"],
      [output("{% {'a': [phone]} %}"), "Reference to 'phone'"],
      [output("{% $ %}"), "Reference to '$'"],
      [output("{% $.a %}"), "Reference to '$'"],
      [output("{% $$ %}"), "Reference to '$$'"],
      [output("{% $states.input[$$.a] %}"), "Reference to '$$'"],
      [output("{% * %}"), "Reference to '*'"],
      [output("{% **.a %}"), "Reference to '**'"],
    ],
    accepted: [
      output("{% $states.input.phone[type = 'mobile'].number %}"),
      output("{% $states.input.phone.(number & $) %}"),
      output("{% $states.input.phone{type: number} %}"),
      output("{% $states.input.phone^(number).number %}"),
      output("{% $states.input ~> |phone|{'number': number}| %}"),
      output("{% $map($states.input, function($v, $i) { $v.a + $i }) %}"),
      output("{% {'phone': 'phone'} %}"),
    ],
  },
  "$states.result or $states.errorOutput in a field where it is not available": {
    refused: [
      [output("{% $states.result %}"), "$states.result"],
      [one(pass({ Assign: { v: "{% $states.result.a %}" } })), "/States/A/Assign/v"],
      [one(task({ Arguments: "{% $states.result %}" })), "/States/A/Arguments"],
      [one(iterating({ B: pass() }, { Items: "{% $states.result %}" })), "/States/A/Items"],
      [caught({ Output: "{% $states.result %}" }), "/States/A/Catch[0]/Output"],
      [one(task({ Output: "{% $states.errorOutput %}" })), "$states.errorOutput"],
      [output("{% $exists($states.errorOutput) %}"), "$states.errorOutput"],
      [
        machine({
          A: { Type: "Choice", Choices: [{ Condition: "{% $states.result %}", Next: "B" }] },
          B: pass(),
        }),
        "/States/A/Choices[0]/Condition",
      ],
    ],
    accepted: [
      one(task({ Output: "{% $states.result %}", Assign: { v: "{% $states.result.a %}" } })),
      one(iterating({ B: pass() }, { Output: { n: "{% $count($states.result) %}" } })),
      caught({
        Output: { e: "{% $states.errorOutput.Cause %}" },
        Assign: { v: "{% $states.errorOutput %}" },
      }),
      output("{% $states.input.result %}"),
    ],
  },
  "a variable with the same name as a variable in an outer scope": {
    refused: [
      [
        machine({
          A: pass({ Assign: { v: 1 }, End: undefined, Next: "M" }),
          M: iterating({ B: pass({ Assign: { v: 2 } }) }),
        }),
        "/States/M/ItemProcessor/States/B/Assign/v",
      ],
      // Refused even if the outer variable is assigned later, or the inner variable is assigned by a Catcher.
      [
        machine({
          M: iterating({ B: pass({ Assign: { v: 2 } }) }, { End: undefined, Next: "A" }),
          A: pass({ Assign: { v: 1 } }),
        }),
        "The variable 'v'",
      ],
      [one(iterating({ B: pass({ Assign: { v: 2 } }) }, { Assign: { v: 1 } })), "The variable 'v'"],
      [
        machine({
          A: iterating(
            {
              B: iterating({
                C: task({ Catch: [{ ErrorEquals: ["X"], Next: "D", Assign: { v: 1 } }] }),
                D: pass(),
              }),
            },
            { Assign: { v: 3 } },
          ),
        }),
        "/Catch[0]/Assign/v",
      ],
    ],
    accepted: [
      one({
        Type: "Parallel",
        Branches: [
          { StartAt: "B", States: { B: pass({ Assign: { v: 1 } }) } },
          { StartAt: "C", States: { C: pass({ Assign: { v: 2 } }) } },
        ],
        End: true,
      }),
    ],
  },
  "an unknown, missing, or wrongly typed argument of an integration": {
    refused: [
      [
        one(task({ Resource: invoke, Arguments: { FunctionName: "F", Payloadd: 1 } })),
        "The field 'Payloadd' is not supported by Step Functions",
      ],
      [
        one(task({ Resource: invoke, Arguments: { Payload: 1 } })),
        "The field 'FunctionName' is required but was missing",
      ],
      [
        one(task({ Resource: invoke, Arguments: { FunctionName: "F", InvocationType: "event" } })),
        "must be one of RequestResponse, Event, DryRun",
      ],
      [one(task({ Resource: invoke, Arguments: { FunctionName: 5 } })), "must be a string"],
      [one(task({ Resource: invoke, Arguments: [] })), "must be an object"],
      [
        one(task({ Resource: invoke, Arguments: { FunctionName: "F", constructor: 1 } })),
        "'constructor' is not supported",
      ],
      [
        one(task({ Resource: start, Arguments: { StateMachineArn: "a", input: {} } })),
        "The field 'input' is not supported",
      ],
      [one(task({ Resource: start, Arguments: { Input: {} } })), "The field 'StateMachineArn' is required"],
    ],
    accepted: [
      one(
        task({
          Resource: invoke,
          Arguments: {
            FunctionName: "F",
            Qualifier: "{% '1' %}",
            ClientContext: "e30=",
            LogType: "Tail",
            InvocationType: "DryRun",
            Payload: null,
          },
        }),
      ),
      one(task({ Resource: invoke, Arguments: "{% $states.input %}" })),
      one(
        task({
          Resource: start,
          Arguments: { StateMachineArn: "a", Name: "n", Input: [1], TraceHeader: "t" },
        }),
      ),
      one(task({ Arguments: { anything: 1 } })),
    ],
  },
};

const rows = [...RAW_RULES, ...RULES];

test("every rule has examples and a source", () => {
  expect(rows.map(({ refuses }) => refuses).sort()).toEqual(Object.keys(EXAMPLES).sort());
  for (const { source } of rows) expect(source).toMatch(/^(here$|https:\/\/)/);
});

describe.each(rows.map((row) => [row.refuses, row] as const))("%s", (name, rule) => {
  const { refused, accepted } = EXAMPLES[name] ?? { refused: [], accepted: [] };
  test("is refused", () => {
    for (const [definition, wanted] of refused) {
      const text = JSON.stringify(definition);
      const result = checkDefinition(text);
      const found = "diagnostics" in result ? result.diagnostics : [];
      const said = found.map(({ code, message, location }) => `${code} ${message} ${location}`).join("\n");
      for (const part of wanted.split(/(?<=[A-Z]{3}) (?=\/)/)) expect(said, text).toContain(part);
      expect(rule.find(JSON.parse(text)), text).not.toEqual([]);
    }
  });
  test("accepts others", () => {
    for (const definition of accepted)
      expect(checkDefinition(JSON.stringify(definition))).toHaveProperty("definition");
  });
});

test("states and variables can be named __proto__", () => {
  const text =
    '{"QueryLanguage":"JSONata","StartAt":"__proto__","States":{"__proto__":{"Type":"Pass","Assign":{"__proto__":1},"Next":"constructor"},"constructor":{"Type":"Pass","Next":"gone"}}}';
  const result = checkDefinition(text);
  expect("diagnostics" in result && result.diagnostics.map(({ location }) => location)).toEqual([
    "/States/constructor/Next",
    "/",
  ]);
  const broken = checkDefinition(
    '{"QueryLanguage":"JSONata","StartAt":"__proto__","States":{"__proto__":{"Type":"Pass","End":1}}}',
  );
  expect("diagnostics" in broken && broken.diagnostics[0]?.location).toBe("/States/__proto__/End");
});

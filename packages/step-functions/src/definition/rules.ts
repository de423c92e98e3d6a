import { invalidArguments } from "./arguments.ts";
import type { StateMachineDefinition } from "./definition.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { misdelimited, topLevelReferences, unparsable, unreachableStates } from "./expressions.ts";
import { brokenTransitions, contradictoryTimes, duplicateNames, misplacedAll, missingEnds } from "./graph.ts";
import {
  distributedMaps,
  jsonPathMachine,
  jsonPathStates,
  otherResources,
  processorLanguage,
  twoProcessors,
} from "./refusals.ts";
import { shadowedVariables } from "./variables.ts";

/** One reason why a definition is refused at creation. */
export type Rule<Subject> = {
  refuses: string;
  /** The page that states the rule, or "here" if the service runs such definitions but this interpreter does not. */
  source: string;
  find: (subject: Subject) => Diagnostic[];
};

const GUIDE = "https://docs.aws.amazon.com/step-functions/latest/dg";
const SPEC = "https://states-language.net/spec.html";
const HERE = "here";

/**
 * Rules that are checked first, on the plain JSON, so that the most relevant fault is reported. They mostly refuse
 * what this interpreter does not run. Then the schema in definition.ts checks the shape
 * (states-language.net/spec.html).
 */
export const RAW_RULES: readonly Rule<Record<string, unknown>>[] = [
  { refuses: "a state machine in JSONPath", source: HERE, find: jsonPathMachine },
  { refuses: "a state in JSONPath", source: `${GUIDE}/transforming-data.html`, find: jsonPathStates },
  { refuses: "a Distributed Map", source: HERE, find: distributedMaps },
  { refuses: "a resource other than Lambda and states:startExecution", source: HERE, find: otherResources },
  {
    refuses: "a Map with both ItemProcessor and its old name, Iterator",
    source: `${GUIDE}/state-map-inline.html`,
    find: twoProcessors,
  },
  {
    refuses: "a QueryLanguage in ItemProcessor or Iterator",
    source: "https://github.com/floci-io/floci/issues/2968 (measured)",
    find: processorLanguage,
  },
];

/** Rules that are checked once the definition's shape is correct. */
export const RULES: readonly Rule<StateMachineDefinition>[] = [
  {
    refuses: "a transition to a missing state, a state that cannot be reached, or states without an end",
    source: `${SPEC}#transition`,
    find: brokenTransitions,
  },
  { refuses: "a state name used twice", source: `${SPEC}#states-fields`, find: duplicateNames },
  {
    refuses: "a state with both or neither of Next and End",
    source: `${SPEC}#transition`,
    find: missingEnds,
  },
  {
    refuses: "States.ALL together with other names, or before other Retriers or Catchers",
    source: `${SPEC}#errors`,
    find: misplacedAll,
  },
  {
    refuses:
      "HeartbeatSeconds not below TimeoutSeconds, or a Wait with both or neither of Seconds and Timestamp",
    source: `${SPEC}#wait-state`,
    find: contradictoryTimes,
  },
  {
    refuses: "an expression with a wrong start or end",
    source: `${GUIDE}/transforming-data.html#writing-jsonata-expressions-in-json`,
    find: misdelimited,
  },
  {
    refuses: "an expression that does not parse",
    source: "https://github.com/floci-io/floci/issues/2745 (measured)",
    find: unparsable,
  },
  {
    refuses: "$, $$, or a bare name where an expression has no context",
    source: `${GUIDE}/transforming-data.html (measured: https://github.com/floci-io/floci/issues/2670)`,
    find: topLevelReferences,
  },
  {
    refuses: "$states.result or $states.errorOutput in a field where it is not available",
    source: `${GUIDE}/workflow-variables.html#reserved-variable-states`,
    find: unreachableStates,
  },
  {
    refuses: "a variable with the same name as a variable in an outer scope",
    source: `${GUIDE}/workflow-variables.html#variable-scope`,
    find: shadowedVariables,
  },
  {
    refuses: "an unknown, missing, or wrongly typed argument of an integration",
    source: `${GUIDE}/connect-lambda.html, ${GUIDE}/connect-stepfunctions.html`,
    find: invalidArguments,
  },
];

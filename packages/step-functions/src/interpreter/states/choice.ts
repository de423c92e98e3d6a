import type { ChoiceState } from "../../definition/definition.ts";
import { ErrorName } from "../../error-names.ts";
import { evaluateField } from "../../jsonata/evaluate.ts";
import { ExecutionFailure } from "../failure.ts";
import type { Outcome, Visit } from "../run.ts";
import { bindings } from "../visit.ts";

/**
 * A Choice follows the first rule whose Condition is true, with that rule's Assign and Output. If no Condition is
 * true, it follows Default, with the state's own Assign and Output. Without a Default, the execution fails, and no
 * enclosing Catch applies.
 */
export async function choice(visit: Visit<ChoiceState>): Promise<Outcome> {
  const { state, input } = visit;
  for (const [index, rule] of state.Choices.entries()) {
    const ruleLocation = `Choices[${index}]/`;
    if (await evaluateField(rule.Condition, `${ruleLocation}Condition`, "boolean", bindings(visit))) {
      return { output: input, rule, ruleLocation, next: rule.Next };
    }
  }
  if (state.Default !== undefined) {
    return { output: input, rule: state, ruleLocation: "", next: state.Default };
  }
  throw new ExecutionFailure(
    ErrorName.runtime,
    `An error occurred while executing the state '${visit.name}' (entered at the event id #${visit.enteredId}). ` +
      "Failed to transition out of the state. The state does not point to a next state.",
    visit.predecessor,
  );
}

import type { Processor, State } from "./definition.ts";
import type { Diagnostic } from "./diagnostic.ts";

/**
 * Variables that the states inside a Map or Parallel assign although an outer scope assigns a variable with the
 * same name, earlier or later. Sibling scopes may use the same names.
 */
export function shadowedVariables(definition: Processor): Diagnostic[] {
  return inScope(definition, new Set(), "");
}

function inScope(processor: Processor, outer: ReadonlySet<string>, location: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  const own = new Set<string>();
  for (const [name, state] of Object.entries(processor.States)) {
    for (const { variable, at } of assignments(state)) {
      own.add(variable);
      if (!outer.has(variable)) continue;
      found.push({
        severity: "ERROR",
        code: "SCHEMA_VALIDATION_FAILED",
        message: `The variable '${variable}' is assigned in an outer scope and cannot be assigned in an inner one`,
        location: `${location}/States/${name}/${at}`,
      });
    }
  }
  const visible = new Set([...outer, ...own]);
  for (const [name, state] of Object.entries(processor.States)) {
    const at = `${location}/States/${name}`;
    if (state.Type === "Map") found.push(...inScope(state.ItemProcessor, visible, `${at}/ItemProcessor`));
    if (state.Type !== "Parallel") continue;
    for (const [index, branch] of state.Branches.entries())
      found.push(...inScope(branch, visible, `${at}/Branches[${index}]`));
  }
  return found;
}

/** The variables that a state assigns in its own scope: in the state itself, in a choice rule, or in a Catcher. */
function* assignments(state: State): Generator<{ variable: string; at: string }> {
  const places = [
    { at: "Assign", rule: state },
    ...(state.Type === "Choice"
      ? state.Choices.map((rule, index) => ({ at: `Choices[${index}]/Assign`, rule }))
      : []),
    ...("Catch" in state
      ? (state.Catch ?? []).map((rule, index) => ({ at: `Catch[${index}]/Assign`, rule }))
      : []),
  ];
  for (const { at, rule } of places) {
    if (!("Assign" in rule)) continue;
    for (const variable of Object.keys(rule.Assign ?? {})) yield { variable, at: `${at}/${variable}` };
  }
}

import type { Processor, State } from "./definition.ts";

/** A state of a definition, with its location. */
export type PlacedState = {
  name: string;
  state: State;
  /** A path such as `/States/SyncFiles/ItemProcessor/States/SyncFile`. */
  location: string;
};

type PlacedProcessor = { processor: Processor; location: string };

/** Groups of states in a definition, outermost first. */
export function processorsOf(processor: Processor): PlacedProcessor[] {
  const found: PlacedProcessor[] = [];
  collectProcessors(processor, "", found);
  return found;
}

function collectProcessors(processor: Processor, location: string, found: PlacedProcessor[]): void {
  found.push({ processor, location });
  for (const [name, state] of Object.entries(processor.States)) {
    const at = `${location}/States/${name}`;
    if (state.Type === "Map") collectProcessors(state.ItemProcessor, `${at}/ItemProcessor`, found);
    if (state.Type !== "Parallel") continue;
    for (const [index, branch] of state.Branches.entries())
      collectProcessors(branch, `${at}/Branches/${index}`, found);
  }
}

/** All states of a definition, at any depth. */
export function* statesOf(definition: Processor): Generator<PlacedState> {
  for (const { processor, location } of processorsOf(definition)) {
    for (const [name, state] of Object.entries(processor.States)) {
      yield { name, state, location: `${location}/States/${name}` };
    }
  }
}

import type { Processor, State } from "./definition.ts";

/** A state of a definition, with where it stands in it. */
export type PlacedState = {
  name: string;
  state: State;
  /** A path such as `/States/SyncFiles/ItemProcessor/States/SyncFile`. */
  location: string;
};

/** Groups of states in a definition, the outermost first. */
export function* processorsOf(
  processor: Processor,
  location = "",
): Generator<{ processor: Processor; location: string }> {
  yield { processor, location };
  for (const [name, state] of Object.entries(processor.States)) {
    const at = `${location}/States/${name}`;
    if (state.Type === "Map") yield* processorsOf(state.ItemProcessor, `${at}/ItemProcessor`);
    if (state.Type !== "Parallel") continue;
    for (const [index, branch] of state.Branches.entries())
      yield* processorsOf(branch, `${at}/Branches/${index}`);
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

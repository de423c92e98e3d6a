import type { Json, JsonObject } from "./json.ts";

/** How far a thread of states had come when its execution ended: what a redrive starts from. */
export interface ThreadProgress {
  /** The variables that its own states assigned. */
  variables: JsonObject;
  stage: /** Not one state was entered. */
    | { kind: "new" }
    /** A state was entered and not left: it runs again. */
    | { kind: "in-state"; state: StateProgress }
    /** One was left and the next not entered yet. */
    | { kind: "between"; next: string; input: Json }
    /** All done. */
    | { kind: "finished"; output: Json };
}

/** A state that was entered and not left. */
export interface StateProgress {
  name: string;
  input: Json;
  enteredId: number;
  enteredTime: number;
  /** A Map's or Parallel's threads by index, once it had started. What finished stays finished. */
  threads: Map<number, ThreadProgress> | undefined;
}

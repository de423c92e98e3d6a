import { ErrorName } from "../error-names.ts";
import { isExpression } from "../jsonata/expression.ts";
import { timestampMilliseconds } from "../timestamp.ts";
import type { Processor, State } from "./definition.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { processorsOf, statesOf } from "./walk.ts";

type Report = (code: string, message: string, location: string) => void;

function collect(find: (report: Report) => void): Diagnostic[] {
  const found: Diagnostic[] = [];
  find((code, message, location) => found.push({ severity: "ERROR", code, message, location }));
  return found;
}

/** Unreachable states, groups of states without an end, and transitions to missing states. */
export function brokenTransitions(definition: Processor): Diagnostic[] {
  return collect((report) => {
    for (const { processor, location } of processorsOf(definition))
      checkTransitions(processor, location, report);
  });
}

/** State names that are used more than once in a definition, at any depth. */
export function duplicateNames(definition: Processor): Diagnostic[] {
  const seen = new Set<string>();
  return collect((report) => {
    for (const { name, location } of statesOf(definition)) {
      if (seen.has(name)) report("DUPLICATE_STATE_NAME", `The state name '${name}' is used twice`, location);
      seen.add(name);
    }
  });
}

/** States with both or neither of Next and End. */
export function missingEnds(definition: Processor): Diagnostic[] {
  return collect((report) => {
    for (const { state, location } of statesOf(definition)) checkEnd(state, location, report);
  });
}

/** `States.ALL` together with other names, or before other Retriers or Catchers. */
export function misplacedAll(definition: Processor): Diagnostic[] {
  return collect((report) => {
    for (const { state, location } of statesOf(definition)) checkErrorEquals(state, location, report);
  });
}

/** Times that contradict each other or are missing, and invalid timestamps. */
export function contradictoryTimes(definition: Processor): Diagnostic[] {
  return collect((report) => {
    for (const { state, location } of statesOf(definition)) checkTimes(state, location, report);
  });
}

function checkTransitions({ StartAt, States }: Processor, location: string, report: Report): void {
  const missing = (target: string) => !Object.hasOwn(States, target);
  if (missing(StartAt)) {
    report("MISSING_TRANSITION_TARGET", `Missing 'StartAt' target: ${StartAt}`, `${location}/StartAt`);
    return;
  }
  const reached = new Set([StartAt]);
  // Names that are added to the set during this loop are visited, too.
  for (const name of reached) {
    const state = States[name];
    if (state === undefined) continue;
    for (const { field, target } of transitions(state)) {
      if (!missing(target)) reached.add(target);
      else
        report(
          "MISSING_TRANSITION_TARGET",
          `Missing 'Next' target: ${target}`,
          `${location}/States/${name}/${field}`,
        );
    }
  }
  for (const name of Object.keys(States)) {
    if (!reached.has(name))
      report("UNREACHABLE_STATE", `State '${name}' is not reachable`, `${location}/States/${name}`);
  }
  const ends = [...reached].some((name) => {
    const state = States[name];
    return (
      state !== undefined &&
      (state.Type === "Succeed" || state.Type === "Fail" || ("End" in state && state.End))
    );
  });
  if (!ends) report("MISSING_TERMINAL_STATE", "No terminal state found", location === "" ? "/" : location);
}

function transitions(state: State): { field: string; target: string }[] {
  const found: { field: string; target: string }[] = [];
  if ("Next" in state && state.Next !== undefined) found.push({ field: "Next", target: state.Next });
  if (state.Type === "Choice") {
    for (const [index, rule] of state.Choices.entries())
      found.push({ field: `Choices[${index}]/Next`, target: rule.Next });
    if (state.Default !== undefined) found.push({ field: "Default", target: state.Default });
  }
  if ("Catch" in state) {
    for (const [index, catcher] of (state.Catch ?? []).entries()) {
      found.push({ field: `Catch[${index}]/Next`, target: catcher.Next });
    }
  }
  return found;
}

function checkEnd(state: State, location: string, report: Report): void {
  if (state.Type === "Choice" || state.Type === "Succeed" || state.Type === "Fail") return;
  const ways = [state.Next !== undefined, state.End === true].filter(Boolean).length;
  if (ways !== 1)
    report("SCHEMA_VALIDATION_FAILED", "Exactly one of 'Next' and 'End' (set to true) is required", location);
}

function checkErrorEquals(state: State, location: string, report: Report): void {
  const rules = [
    { field: "Retry", entries: "Retry" in state ? (state.Retry ?? []) : [] },
    { field: "Catch", entries: "Catch" in state ? (state.Catch ?? []) : [] },
  ];
  for (const { field, entries } of rules) {
    for (const [index, { ErrorEquals }] of entries.entries()) {
      if (!ErrorEquals.includes(ErrorName.all)) continue;
      const alone = ErrorEquals.length === 1 && index === entries.length - 1;
      const message = `${ErrorName.all} must be alone, in the last entry of the list`;
      if (!alone) report("SCHEMA_VALIDATION_FAILED", message, `${location}/${field}[${index}]/ErrorEquals`);
    }
  }
}

function checkTimes(state: State, location: string, report: Report): void {
  if (state.Type === "Task") {
    const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
    if (typeof timeout === "number" && typeof heartbeat === "number" && heartbeat >= timeout) {
      const message = "HeartbeatSeconds must be smaller than TimeoutSeconds";
      report("SCHEMA_VALIDATION_FAILED", message, `${location}/HeartbeatSeconds`);
    }
  }
  if (state.Type !== "Wait") return;
  const { Seconds, Timestamp } = state;
  if ((Seconds === undefined) === (Timestamp === undefined)) {
    report("SCHEMA_VALIDATION_FAILED", "Exactly one of 'Seconds' and 'Timestamp' is required", location);
  }
  if (Timestamp !== undefined && !isExpression(Timestamp) && timestampMilliseconds(Timestamp) === undefined) {
    const message = `'${Timestamp}' is not an ISO 8601 timestamp such as 2026-01-31T08:30:00Z`;
    report("SCHEMA_VALIDATION_FAILED", message, `${location}/Timestamp`);
  }
}

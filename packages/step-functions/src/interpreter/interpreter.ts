import type { Processor, State } from "../definition/definition.ts";
import { ErrorName } from "../error-names.ts";
import { stateEntered, stateExited } from "../history.ts";
import type { Json, JsonObject } from "../json.ts";
import { EvaluationFailure, evaluateTemplate } from "../jsonata/evaluate.ts";
import { checkAssignLimit, checkDataLimit, checkVariablesLimit } from "./data-limit.ts";
import { ExecutionFailure, StateFailure } from "./failure.ts";
import type { StateProgress, ThreadProgress } from "./progress.ts";
import { findCatcher, retryPolicy } from "./retry.ts";
import { emit, emitAside, type Outcome, type Run, seeData, type Thread, type Visit } from "./run.ts";
import { choice } from "./states/choice.ts";
import { fail } from "./states/fail.ts";
import { iterationAborted, map } from "./states/map.ts";
import { parallel } from "./states/parallel.ts";
import { pass } from "./states/pass.ts";
import { succeed } from "./states/succeed.ts";
import { task } from "./states/task.ts";
import { wait } from "./states/wait.ts";
import { bytesAfter, store } from "./stored-variables.ts";
import { bindings } from "./visit.ts";

/**
 * Runs a group of states from StartAt, or from the recorded progress, to its end, and returns the output of
 * the last state. Throws StateFailure, or the signal's reason if the thread is aborted.
 */
export async function runStates(
  run: Run,
  processor: Processor,
  thread: Thread,
  input: Json,
  progress?: ThreadProgress,
): Promise<Json> {
  const stage = progress?.stage ?? { kind: "new" };
  let name: string | null = processor.StartAt;
  let value = input;
  let again: StateProgress | undefined;
  if (stage.kind === "finished") return stage.output;
  if (stage.kind === "between") {
    name = stage.next;
    value = stage.input;
  }
  if (stage.kind === "in-state") {
    again = stage.state;
    name = again.name;
    value = again.input;
  }
  while (name !== null) {
    const state: State | undefined = processor.States[name];
    if (state === undefined) throw new Error(`The definition has no state '${name}' here`);
    const done: { output: Json; next: string | null } = await runState(
      run,
      thread,
      name,
      state,
      value,
      again,
    );
    again = undefined;
    name = done.next;
    value = done.output;
  }
  return value;
}

/** One visit to a state: entry, attempts, exit. */
async function runState(
  run: Run,
  thread: Thread,
  name: string,
  state: State,
  input: Json,
  again: StateProgress | undefined,
): Promise<{ output: Json; next: string | null }> {
  const visit = enter(run, thread, name, state, input, again);
  const delayFor = retryPolicy("Retry" in state ? state.Retry : undefined, run.random);
  for (let threads = again?.threads; ; threads = undefined) {
    try {
      return await leave(visit, await perform(visit, threads));
    } catch (error) {
      const failure = asStateFailure(visit, error);
      const delay = delayFor(failure);
      if (delay === undefined) return handOver(visit, failure);
      await run.clock.sleep(delay, thread.signal);
      visit.retryCount++;
    }
  }
}

/**
 * Enters the state. After a redrive, a Task is scheduled again and a Map or Parallel continues, with no new
 * StateEntered event; any other state is entered again
 * (docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html).
 */
function enter(
  run: Run,
  thread: Thread,
  name: string,
  state: State,
  input: Json,
  again: StateProgress | undefined,
): Visit {
  const predecessor = thread.last;
  const open = {
    type: state.Type,
    threads: new Map<number, Thread>(),
    threadAborted: state.Type === "Map" ? iterationAborted(name) : undefined,
    failed: false,
  };
  const visit = { run, thread, name, state, input, predecessor, open, retryCount: 0 };
  const text = JSON.stringify(input);
  seeData(run, text);
  const goesOn = state.Type === "Task" || state.Type === "Map" || state.Type === "Parallel";
  if (again !== undefined && goesOn) {
    thread.open = open;
    return { ...visit, enteredId: again.enteredId, enteredTime: again.enteredTime };
  }
  checkDataLimit(text, name);
  const enteredId = emit(run, thread, stateEntered(state.Type, name, text));
  thread.open = open;
  return { ...visit, enteredId, enteredTime: run.clock.now() };
}

function perform(visit: Visit, threads: Map<number, ThreadProgress> | undefined): Promise<Outcome> {
  const { state } = visit;
  switch (state.Type) {
    case "Pass":
      return pass({ ...visit, state });
    case "Task":
      return task({ ...visit, state });
    case "Choice":
      return choice({ ...visit, state });
    case "Wait":
      return wait({ ...visit, state });
    case "Succeed":
      return succeed({ ...visit, state });
    case "Fail":
      return fail({ ...visit, state });
    case "Parallel":
      return parallel({ ...visit, state }, threads, runStates);
    case "Map":
      return map({ ...visit, state }, threads, runStates);
  }
}

/**
 * Exits the state: evaluates Assign and Output with the old values of the variables, records the exit, sets the
 * variables, and waits until the exit is on disk.
 */
async function leave(
  visit: Visit,
  outcome: Outcome,
  more: JsonObject = outcome.result === undefined ? {} : { result: outcome.result },
): Promise<{ output: Json; next: string | null }> {
  const { run, thread, state, name } = visit;
  const { rule, ruleLocation, next } = outcome;
  const scope = bindings(visit, more);
  const values: [string, Json][] = [];
  for (const [variable, template] of Object.entries(rule.Assign ?? {})) {
    values.push([variable, await evaluateTemplate(template, `${ruleLocation}Assign/${variable}`, scope)]);
  }
  const output =
    rule.Output === undefined
      ? outcome.output
      : await evaluateTemplate(rule.Output, `${ruleLocation}Output`, scope);
  const text = JSON.stringify(output);
  checkDataLimit(text, name);
  const texts = values.map(([variable, value]) => [variable, JSON.stringify(value)] as const);
  const sizes = new Map<string, number>();
  for (const [variable, assigned] of texts) {
    sizes.set(variable, Buffer.byteLength(assigned));
    seeData(run, assigned);
  }
  checkAssignLimit(
    [...sizes.values()].reduce((total, size) => total + size, 0),
    name,
  );
  checkVariablesLimit(bytesAfter(run, thread, sizes), name);
  if (state.Type === "Fail") throw new Error("A Fail state has no exit");
  emit(run, thread, stateExited(state.Type, name, text, Object.fromEntries(texts)), next);
  thread.open = undefined;
  store(run, thread, sizes);
  thread.variables = { ...thread.variables, ...Object.fromEntries(values) };
  await run.history.durable();
  return { output, next };
}

/** The failure that Retry and Catch see. Records EvaluationFailed if an expression failed. Rethrows other errors. */
function asStateFailure(visit: Visit, error: unknown): StateFailure {
  if (error instanceof ExecutionFailure) throw error;
  if (error instanceof StateFailure) return error;
  if (!(error instanceof EvaluationFailure)) throw error;
  const { run, thread, name, enteredId, predecessor } = visit;
  const cause = `An error occurred while executing the state '${name}' (entered at the event id #${enteredId}). ${error.message}`;
  const onEntry = error.when === "on-entry" && thread.last === enteredId;
  thread.last = emitAside(
    run,
    thread,
    {
      type: "EvaluationFailed",
      evaluationFailedEventDetails: {
        error: ErrorName.queryEvaluation,
        cause,
        ...(error.location === undefined ? {} : { location: error.location }),
        state: name,
      },
    },
    onEntry ? predecessor : thread.last,
  );
  return new StateFailure(ErrorName.queryEvaluation, cause);
}

/** Called when no retry is left: continues with the first Catcher that matches, or else rethrows the failure. */
async function handOver(visit: Visit, failure: StateFailure): Promise<{ output: Json; next: string | null }> {
  const { run, thread, state } = visit;
  if (state.Type === "Map" || state.Type === "Parallel") {
    emit(run, thread, { type: `${state.Type}StateFailed` });
    visit.open.failed = true;
  }
  const found = findCatcher("Catch" in state ? state.Catch : undefined, failure);
  if (found === undefined) throw failure;
  const { catcher, index } = found;
  const errorOutput = { Error: failure.error ?? "", Cause: failure.cause ?? "" };
  const outcome = {
    output: errorOutput,
    rule: catcher,
    ruleLocation: `Catch[${index}]/`,
    next: catcher.Next,
  };
  try {
    return await leave(visit, outcome, { errorOutput });
  } catch (error) {
    throw asStateFailure(visit, error);
  }
}

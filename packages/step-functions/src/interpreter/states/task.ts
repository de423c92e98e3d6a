import { abortable } from "../../clock.ts";
import { LAMBDA_INVOKE, type TaskState } from "../../definition/definition.ts";
import { ErrorName } from "../../error-names.ts";
import { lambdaFunctionEvents, type TaskLimits, taskEvents } from "../../history.ts";
import { isJsonObject, type Json } from "../../json.ts";
import type { LambdaResult } from "../../lambda.ts";
import { checkDataLimit } from "../data-limit.ts";
import { ExecutionFailure, StateFailure } from "../failure.ts";
import { invokeEnvelope, parsePayload, payloadOf } from "../lambda-answer.ts";
import { emit, type Outcome, type Visit } from "../run.ts";
import { fieldOr, numberField, ownOutcome } from "../visit.ts";

/**
 * A Task calls a function: by `lambda:invoke`, which gives the SDK's answer with the value as Payload, or by the function's
 * own ARN, which takes the Arguments as payload and gives the bare value.
 */
export async function task(visit: Visit<TaskState>): Promise<Outcome> {
  const call = await prepare(visit);
  const { run, thread, state } = visit;
  emit(run, thread, call.scheduled);
  emit(run, thread, call.events.started());
  let output: string;
  let result: Json;
  try {
    const payload = payloadOf(await invoke(visit, call));
    const value = parsePayload(payload);
    result = state.Resource === LAMBDA_INVOKE ? invokeEnvelope(value, payload, run.clock.now()) : value;
    output = JSON.stringify(result);
    // The service names the integration, or the function.
    checkDataLimit(output, state.Resource === LAMBDA_INVOKE ? "lambda" : state.Resource);
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const timedOut = error.error === ErrorName.timeout || error.error === ErrorName.heartbeatTimeout;
    emit(run, thread, timedOut ? call.events.timedOut(error) : call.events.failed(error));
    throw error;
  }
  emit(run, thread, call.events.succeeded(output));
  return ownOutcome(state, result, result);
}

type Call = {
  functionName: string;
  payload: string;
  limits: TaskLimits;
  scheduled: ReturnType<typeof taskEvents.scheduled>;
  events: typeof taskEvents | typeof lambdaFunctionEvents;
};

async function prepare(visit: Visit<TaskState>): Promise<Call> {
  const { state, run } = visit;
  const parameters = await fieldOr(visit, state.Arguments, "Arguments", visit.input);
  const text = JSON.stringify(parameters);
  checkDataLimit(text, visit.name);
  const limits = await taskLimits(visit);
  if (state.Resource !== LAMBDA_INVOKE) {
    return {
      functionName: state.Resource,
      payload: text,
      limits,
      scheduled: lambdaFunctionEvents.scheduled(text, state.Resource, limits),
      events: lambdaFunctionEvents,
    };
  }
  const functionName = isJsonObject(parameters) ? parameters.FunctionName : undefined;
  if (!isJsonObject(parameters) || typeof functionName !== "string" || functionName === "") {
    throw new ExecutionFailure(
      ErrorName.runtime,
      `The Arguments of the state '${visit.name}' must hold the FunctionName of the function to invoke, as a text.`,
      visit.predecessor,
    );
  }
  return {
    functionName,
    payload: parameters.Payload === undefined ? "{}" : JSON.stringify(parameters.Payload),
    limits,
    scheduled: taskEvents.scheduled(text, run.region, limits),
    events: taskEvents,
  };
}

async function taskLimits(visit: Visit<TaskState>): Promise<TaskLimits> {
  const timeout = await numberField(visit, visit.state.TimeoutSeconds, "TimeoutSeconds");
  const heartbeat = await numberField(visit, visit.state.HeartbeatSeconds, "HeartbeatSeconds");
  return {
    ...(timeout === undefined ? {} : { timeoutInSeconds: timeout }),
    ...(heartbeat === undefined ? {} : { heartbeatInSeconds: heartbeat }),
  };
}

/** The answer of the function, or a StateFailure when it comes too late. A function sends no heartbeats. */
async function invoke(visit: Visit<TaskState>, call: Call): Promise<LambdaResult> {
  const { run, thread } = visit;
  const answered = new AbortController();
  const signal = AbortSignal.any([thread.signal, answered.signal]);
  const contest: Promise<LambdaResult>[] = [];
  const { timeoutInSeconds, heartbeatInSeconds } = call.limits;
  if (timeoutInSeconds !== undefined)
    contest.push(deadline(visit, timeoutInSeconds, ErrorName.timeout, signal));
  if (heartbeatInSeconds !== undefined) {
    contest.push(deadline(visit, heartbeatInSeconds, ErrorName.heartbeatTimeout, signal));
  }
  contest.unshift(
    run.invokeLambda(call.functionName, call.payload, { signal, executionArn: run.context.execution.id }),
  );
  try {
    return await abortable(Promise.race(contest), thread.signal);
  } finally {
    answered.abort(new Error("The task is over"));
  }
}

async function deadline(visit: Visit, seconds: number, error: string, signal: AbortSignal): Promise<never> {
  await visit.run.clock.sleep(seconds * 1000, signal);
  throw new StateFailure(error, undefined);
}

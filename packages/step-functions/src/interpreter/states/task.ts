import { abortable } from "../../clock.ts";
import { unsupportedArgument } from "../../definition/arguments.ts";
import { LAMBDA_INVOKE, type TaskState } from "../../definition/definition.ts";
import { ErrorName } from "../../error-names.ts";
import type { TaskLimits } from "../../history.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { outOfRange } from "../../jsonata/evaluate.ts";
import { checkDataLimit } from "../data-limit.ts";
import { StateFailure } from "../failure.ts";
import { emit, type Outcome, seeData, type Visit } from "../run.ts";
import { invalidArguments } from "../tasks/invalid-arguments.ts";
import { lambdaFunction } from "../tasks/lambda-function.ts";
import { lambdaInvoke } from "../tasks/lambda-invoke.ts";
import { startExecution, startsExecution } from "../tasks/start-execution.ts";
import type { TaskCall } from "../tasks/task-call.ts";
import { Bounds, fieldOr, numberField, ownOutcome } from "../visit.ts";

/**
 * A Task calls a function, or starts an execution of another state machine, and waits for the result or its
 * timeout.
 */
export async function task(visit: Visit<TaskState>): Promise<Outcome> {
  const call = await prepare(visit);
  const limits = await taskLimits(visit);
  const { run, thread, state } = visit;
  const scheduledEventId = emit(run, thread, call.scheduled(limits));
  emit(run, thread, call.events.started());
  let result: Json;
  let output: string;
  try {
    result = await performWithin(visit, call, limits, scheduledEventId);
    output = JSON.stringify(result);
    checkDataLimit(output, call.source);
    seeData(run, output);
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const timedOut = error.error === ErrorName.timeout || error.error === ErrorName.heartbeatTimeout;
    emit(run, thread, timedOut ? call.events.timedOut(error) : call.events.failed(error));
    throw error;
  }
  emit(run, thread, call.events.succeeded(output));
  return ownOutcome(state, result, result);
}

async function prepare(visit: Visit<TaskState>): Promise<TaskCall> {
  const { Arguments, Resource } = visit.state;
  const parameters = await fieldOr(visit, Arguments, "Arguments", visit.input);
  const text = JSON.stringify(parameters);
  checkDataLimit(text, visit.name);
  const isStart = startsExecution(Resource);
  if (Resource !== LAMBDA_INVOKE && !isStart) return lambdaFunction(visit, Resource, text);
  if (!isJsonObject(parameters)) throw invalidArguments(visit, "they must be an object");
  const unsupported = unsupportedArgument(Resource, Object.keys(parameters));
  if (unsupported !== undefined)
    throw invalidArguments(visit, `The field "${unsupported}" is not supported by Step Functions`);
  return isStart ? startExecution(visit, Resource, parameters, text) : lambdaInvoke(visit, parameters, text);
}

async function taskLimits(visit: Visit<TaskState>): Promise<TaskLimits> {
  const { TimeoutSeconds, HeartbeatSeconds } = visit.state;
  const timeout = await numberField(visit, TimeoutSeconds, "TimeoutSeconds", Bounds.timeout);
  const heartbeat = await numberField(visit, HeartbeatSeconds, "HeartbeatSeconds", Bounds.timeout);
  if (timeout !== undefined && heartbeat !== undefined && heartbeat >= timeout) {
    const expected = `a value below TimeoutSeconds, which is ${timeout}`;
    throw outOfRange(String(HeartbeatSeconds), "HeartbeatSeconds", expected, heartbeat);
  }
  return {
    ...(timeout === undefined ? {} : { timeoutInSeconds: timeout }),
    ...(heartbeat === undefined ? {} : { heartbeatInSeconds: heartbeat }),
  };
}

/**
 * The result of the call. Throws StateFailure if the call takes too long. No resource that is supported here sends
 * heartbeats, so HeartbeatSeconds is also a timeout.
 */
async function performWithin(
  visit: Visit,
  call: TaskCall,
  limits: TaskLimits,
  scheduledEventId: number,
): Promise<Json> {
  const { thread } = visit;
  const over = new AbortController();
  const signal = AbortSignal.any([thread.signal, over.signal]);
  const { timeoutInSeconds, heartbeatInSeconds } = limits;
  const contest: Promise<Json>[] = [];
  if (timeoutInSeconds !== undefined)
    contest.push(deadline(visit, timeoutInSeconds, ErrorName.timeout, signal));
  if (heartbeatInSeconds !== undefined)
    contest.push(deadline(visit, heartbeatInSeconds, ErrorName.heartbeatTimeout, signal));
  // The deadlines start before the call. If a result and a deadline coincide, the result wins.
  contest.unshift(call.perform(signal, scheduledEventId));
  try {
    return await abortable(Promise.race(contest), thread.signal);
  } finally {
    over.abort(new Error("The task is over"));
  }
}

async function deadline(visit: Visit, seconds: number, error: string, signal: AbortSignal): Promise<never> {
  await visit.run.clock.sleep(seconds * 1000, signal);
  throw new StateFailure(error, undefined);
}

import { randomUUID } from "node:crypto";
import { abortable } from "../../clock.ts";
import { START_EXECUTION } from "../../definition/definition.ts";
import { ErrorName } from "../../error-names.ts";
import { ApiException } from "../../exceptions.ts";
import { taskEvents } from "../../history.ts";
import type { Json, JsonObject } from "../../json.ts";
import { StateFailure } from "../failure.ts";
import type { NestedExecution, StartRequest } from "../nested-execution.ts";
import { emit, type Visit } from "../run.ts";
import { invalidArguments } from "./invalid-arguments.ts";
import { sdkMetadata } from "./sdk-metadata.ts";
import type { TaskCall } from "./task-call.ts";

/** Whether a task's resource starts an execution of another state machine. */
export function startsExecution(resource: string): resource is keyof typeof START_EXECUTION {
  return Object.hasOwn(START_EXECUTION, resource);
}

/**
 * `arn:aws:states:::states:startExecution`, alone or with `.sync` or `.sync:2`. An execution that the task
 * waits for is stopped with the task: by the task's timeout, by the end of the task's own execution, or by a failed
 * sibling branch or iteration. docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html and
 * connect-to-resource.html
 */
export function startExecution(
  visit: Visit,
  resource: keyof typeof START_EXECUTION,
  parameters: JsonObject,
  text: string,
): TaskCall {
  const { run, thread } = visit;
  const request = readRequest(visit, parameters);
  const mode = START_EXECUTION[resource];
  const action = resource.replace("arn:aws:states:::states:", "");
  const events = taskEvents({ resource: action, resourceType: RESOURCE_TYPE });
  let isSubmitted = mode === "request";
  return {
    scheduled: (limits) => events.scheduled(text, run.region, limits),
    events: {
      ...events,
      // If the execution could not be started, the event is TaskSubmitFailed.
      failed: (failure) => (isSubmitted ? events.failed(failure) : events.submitFailed(failure)),
    },
    source: RESOURCE_TYPE,
    perform: async (signal) => {
      const execution = await start(visit, request);
      const answer = startAnswer(execution, run.clock.now());
      if (mode === "request") return answer;
      try {
        signal.throwIfAborted();
        emit(run, thread, events.submitted(JSON.stringify(answer)));
        isSubmitted = true;
        return resultOf(await abortable(execution.ended(), signal), mode);
      } catch (error) {
        // The execution is stopped even if the history has no room for TaskSubmitted. If it has ended, nothing happens.
        await execution.stop(abortCause(run.context.execution.id));
        throw error;
      }
    },
  };
}

const RESOURCE_TYPE = "states";

/** The cause that AWS gives an execution when the task that waits for it is stopped (measured by floci-io/floci). */
function abortCause(parentArn: string): string {
  return `The Task state in AWS Step Functions execution [${parentArn}] which was managing this resource was aborted`;
}

function readRequest(visit: Visit, parameters: JsonObject): StartRequest {
  const { StateMachineArn, Name, Input, TraceHeader } = parameters;
  if (typeof StateMachineArn !== "string" || StateMachineArn === "") {
    throw invalidArguments(visit, "'StateMachineArn' must be the ARN of a state machine");
  }
  const name = optionalText(visit, "Name", Name);
  const traceHeader = optionalText(visit, "TraceHeader", TraceHeader);
  return {
    stateMachineArn: StateMachineArn,
    // The new execution's input is the whole value, including AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.
    input: Input === undefined || Input === null ? "{}" : JSON.stringify(Input),
    ...(name === undefined ? {} : { name }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
  };
}

function optionalText(visit: Visit, field: string, value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" && value !== "") return value;
  throw invalidArguments(visit, `'${field}' must be a non-empty string`);
}

/** Starts the execution. A refusal is an error that Retry and Catch can match: `StepFunctions.<exception>`. */
async function start({ run }: Visit, request: StartRequest): Promise<NestedExecution> {
  try {
    return await run.startNested(request);
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    const name = error.type.endsWith("Exception") ? error.type : `${error.type}Exception`;
    const cause =
      `${error.message} (Service: AWSStepFunctions; Status Code: ${error.status}; ` +
      `Error Code: ${error.type}; Request ID: ${randomUUID()}; Proxy: null)`;
    throw new StateFailure(`StepFunctions.${name}`, cause);
  }
}

/** The response of StartExecution with the SDK's metadata, as recorded from the service. */
function startAnswer({ executionArn, startDate }: NestedExecution, time: number): JsonObject {
  const requestId = randomUUID();
  const headers = {
    connection: "keep-alive",
    "Content-Length": String(JSON.stringify({ executionArn, startDate: startDate / 1000 }).length),
    "Content-Type": "application/x-amz-json-1.0",
    Date: new Date(time).toUTCString(),
    "x-amzn-RequestId": requestId,
  };
  return { ExecutionArn: executionArn, ...sdkMetadata(headers, requestId), StartDate: startDate };
}

/**
 * The task's result, from the response of DescribeExecution. Any status except SUCCEEDED causes States.TaskFailed,
 * with that response as the cause.
 */
function resultOf(description: JsonObject, mode: "sync" | "sync:2"): JsonObject {
  if (description.Status !== "SUCCEEDED") {
    throw new StateFailure(ErrorName.taskFailed, JSON.stringify(description));
  }
  if (mode === "sync") return description;
  const values = Object.entries(description).map(([key, value]) => [
    key,
    (key === "Input" || key === "Output") && typeof value === "string" ? JSON.parse(value) : value,
  ]);
  return Object.fromEntries(values);
}

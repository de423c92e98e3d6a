/** Executions: the description of an execution, and the actions. */
import {
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  RedriveExecutionCommand,
  SFNServiceException,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { ExecutionInput } from "@data-quest/core/workflow";
import * as z from "zod";
import type { ExecutionDescription, InputCheck, Status } from "../../api-types.ts";
import type { ConsoleContext } from "../context.ts";
import { HttpError, type Route, readBody, sendJson } from "../http.ts";
import type { Services } from "../services.ts";

export async function describeExecution(
  { stepFunctions }: Pick<Services, "stepFunctions">,
  executionArn: string,
): Promise<ExecutionDescription> {
  const [execution, machine] = await Promise.all([
    stepFunctions.send(new DescribeExecutionCommand({ executionArn })),
    stepFunctions.send(new DescribeStateMachineForExecutionCommand({ executionArn })),
  ]);
  return {
    arn: executionArn,
    name: execution.name ?? executionArn,
    stateMachineArn: execution.stateMachineArn ?? "",
    status: execution.status ?? "RUNNING",
    start: execution.startDate?.toISOString() ?? "",
    stop: execution.stopDate?.toISOString() ?? null,
    input: execution.input ?? "{}",
    output: execution.output ?? null,
    error: execution.error ?? null,
    cause: execution.cause ?? null,
    redriveCount: execution.redriveCount ?? 0,
    redriveDate: execution.redriveDate?.toISOString() ?? null,
    redrivable: execution.redriveStatus === "REDRIVABLE",
    redriveReason: execution.redriveStatusReason ?? null,
    definition: machine.definition ?? "{}",
  };
}

const Start = z.strictObject({
  stateMachineArn: z.string().min(1),
  name: z.string().min(1).max(80).optional(),
  input: z.string().max(262_144),
});

export function executionRoutes(context: ConsoleContext): Route[] {
  const { services } = context;
  const arnOf = async (nameOrArn: string) => {
    if (nameOrArn.startsWith("arn:")) return nameOrArn;
    const { stateMachineArns } = await services.get();
    // `quest` starts the name of every AllSurveys execution with `all-`.
    const machine =
      (nameOrArn.startsWith("all-") ? stateMachineArns[1] : undefined) ?? stateMachineArns[0] ?? "";
    return `${machine.replace(":stateMachine:", ":execution:")}:${nameOrArn}`;
  };
  return [
    {
      method: "GET",
      path: /^\/api\/executions\/([^/]+)$/,
      answer: async ({ response, parts: [execution = ""] }) => {
        sendJson(response, await describeExecution(await services.get(), await arnOf(execution)));
      },
    },
    {
      method: "POST",
      path: /^\/api\/executions$/,
      answer: async (request) => {
        const { stateMachineArn, name, input } = await readBody(request, Start);
        const { stepFunctions, stateMachineArns } = await services.get();
        if (!stateMachineArns.includes(stateMachineArn))
          throw new HttpError(400, `${stateMachineArn} is not a state machine of this deployment`);
        const started = await stepFunctions.send(
          new StartExecutionCommand({ stateMachineArn, name: name ?? context.executionName(), input }),
        );
        sendJson(request.response, { arn: started.executionArn }, 201);
      },
    },
    {
      method: "POST",
      path: /^\/api\/executions\/([^/]+)\/redrive$/,
      answer: async (request) => {
        await readBody(request, z.strictObject({}));
        const executionArn = await arnOf(request.parts[0] ?? "");
        await (await services.get()).stepFunctions.send(new RedriveExecutionCommand({ executionArn }));
        sendJson(request.response, {});
      },
    },
    {
      method: "POST",
      path: /^\/api\/executions\/([^/]+)\/stop$/,
      answer: async (request) => {
        await readBody(request, z.strictObject({}));
        const executionArn = await arnOf(request.parts[0] ?? "");
        await (await services.get()).stepFunctions.send(
          new StopExecutionCommand({ executionArn, error: "Stopped", cause: "Stopped in the console" }),
        );
        sendJson(request.response, {});
      },
    },
    {
      method: "POST",
      path: /^\/api\/input-check$/,
      answer: async (request) => {
        const { input } = await readBody(request, z.strictObject({ input: z.string() }));
        sendJson(request.response, checkInput(input, context.runCommand));
      },
    },
  ];
}

/**
 * Checks an execution's input as DiscoverFiles will. Returns every problem, and the command that starts the
 * same execution from a terminal.
 */
export function checkInput(text: string, runCommand: (input: string) => string): InputCheck {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problems: [{ path: "", message: `Not JSON: ${message}` }], command: "" };
  }
  const result = ExecutionInput.safeParse(value);
  const problems = (result.error?.issues ?? []).map((issue) => ({
    path: issue.path.join("."),
    message: issue.message,
  }));
  return { problems, command: runCommand(JSON.stringify(value)) };
}

/** The message and status for an error from Step Functions or S3. */
export function httpErrorOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof SFNServiceException)
    return new HttpError(
      error.$metadata.httpStatusCode === 400 && /DoesNotExist/.test(error.name) ? 404 : 400,
      error.message,
    );
  const message = error instanceof Error ? error.message : String(error);
  return new HttpError(500, message);
}

export type { Status };

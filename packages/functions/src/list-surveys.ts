import { randomUUID } from "node:crypto";
import {
  DescribeExecutionCommand,
  type ExecutionListItem,
  paginateListExecutions,
  SFNClient,
} from "@aws-sdk/client-sfn";
import { AllSurveysInput, shareConcurrency, surveysToRun } from "@data-quest/core/surveys/all-surveys";
import { chooseSurveys } from "@data-quest/core/surveys/list-surveys";
import { Execution } from "@data-quest/core/workflow";
import { Resource } from "sst";
import * as z from "zod";
import { bronze } from "./buckets.ts";
import { handle } from "./handler.ts";
import { sourceClient } from "./source-client.ts";

const Event = z.strictObject({ input: AllSurveysInput, execution: Execution });

const stepFunctions = new SFNClient({});

/**
 * Returns the surveys for `AllSurveys` to run, and how many to run at a time. If another execution of
 * `AllSurveys` is already syncing, returns its name and no surveys. A re-analysis (`refresh: false`) does not
 * contact BLS and always runs: the data that it analyzes may be newer than the data that the other execution
 * read.
 */
export const handler = handle(Event, async ({ input, execution }, context) => {
  const earlier = input.refresh === false ? undefined : await earlierExecution(execution);
  if (earlier !== undefined) return { runningExecution: earlier, surveys: [], surveysAtATime: 1 };
  const { timeSeries, concurrency } = Resource.Sources;
  const surveys = await chooseSurveys({ source: sourceClient(context), timeSeries, bronze }, input);
  return {
    runningExecution: null,
    surveys: surveysToRun(surveys, input, new Date(execution.startTime), randomUUID),
    surveysAtATime: shareConcurrency(concurrency).surveys,
  };
});

/** The name of a running execution that syncs, belongs to the same state machine, and started before this one. */
async function earlierExecution({ id, startTime, name }: Execution): Promise<string | undefined> {
  const stateMachineArn = id.slice(0, id.lastIndexOf(":")).replace(":execution:", ":stateMachine:");
  const isEarlier = (other: ExecutionListItem) => {
    const started = other.startDate?.getTime() ?? 0;
    const own = Date.parse(startTime);
    return other.executionArn !== id && (started < own || (started === own && (other.name ?? "") < name));
  };
  const pages = paginateListExecutions(
    { client: stepFunctions },
    { stateMachineArn, statusFilter: "RUNNING" },
  );
  for await (const { executions = [] } of pages) {
    for (const other of executions.filter(isEarlier)) if (await syncs(other)) return other.name;
  }
  return undefined;
}

/** Whether an execution contacts BLS. An execution that only analyzes what is stored does not. */
async function syncs({ executionArn }: ExecutionListItem): Promise<boolean> {
  const { input } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  return AllSurveysInput.safeParse(JSON.parse(input ?? "{}")).data?.refresh !== false;
}

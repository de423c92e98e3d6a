/**
 * The laptop's equivalent of what `sst deploy` sets up: the definition, the functions, their settings, and
 * the names of the buckets.
 */
import { readFileSync } from "node:fs";
import {
  allSurveysName,
  allSurveysSetting,
  defaultSurvey,
  maxConcurrency,
  pipelineName,
  populationNotificationEvents,
  populationPrefix,
  populationQueueName,
  surveyPattern,
} from "@data-quest/core/constants";
import * as z from "zod";

/** The settings of a local deployment. For a stage, infra/settings.ts defines them. */
export const Deployment = z.strictObject({
  /** The URL of the folder of all surveys, `live` for BLS, or `sample` for the bundled sample. */
  source: z.string(),
  /** The URL of the population API, `live` for Data USA, or `sample`. */
  populationSource: z.string(),
  /** Sent to the sources in the User-Agent header. */
  contact: z.string().regex(/^[\x20-\x7e]+$/),
  concurrency: z.int().min(1).max(maxConcurrency),
  maxRemovedShare: z.number().min(0).max(1),
  /** The buckets are named `<prefix>-bronze`, `-silver`, and `-gold`. */
  bucketPrefix: z.string().regex(/^[a-z0-9][a-z0-9-]{1,40}$/),
  /** The endpoint of the S3 that an execution used, if it was not the local S3. Stored with the execution. */
  otherS3: z.string().optional(),
  /** The surveys to analyze again after a correction of the population file: a list, or `all`. Default: `pr`. */
  surveys: z.union([z.literal(allSurveysSetting), z.array(z.string().regex(surveyPattern))]).optional(),
});
export type Deployment = z.infer<typeof Deployment>;

/** A function as deployed: the handler's path and export, and its settings. */
const DeployedFunction = z.object({
  handler: z.string(),
  timeoutSeconds: z.number(),
  memoryMB: z.number(),
  environment: z.record(z.string(), z.string()).optional(),
  links: z.record(z.string(), z.unknown()).optional(),
});
export type DeployedFunction = z.infer<typeof DeployedFunction>;

/** On a laptop, no setting specifies the data files of surveys. The input of an execution specifies them. */
export const NO_DATA_FILES = "{}";

/** The ARN of the laptop's state machine with this name. */
const machineArn = (name: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;

export const stateMachineName = pipelineName;
export const stateMachineArn = machineArn(stateMachineName);
export const allSurveysArn = machineArn(allSurveysName);

/**
 * The bucket notification of infra/population-events.ts: S3 notifies this queue when a population file is
 * written to Bronze.
 */
export const populationNotification = {
  id: populationQueueName,
  queueArn: `arn:aws:sqs:us-east-1:000000000000:${populationQueueName}`,
  events: [...populationNotificationEvents],
  prefix: populationPrefix,
} as const;

/** A state machine, as Step Functions deploys it. */
export type DeployedStateMachine = { name: string; arn: string; definition: string };

/** The state machines that `sst deploy` would deploy. */
export function deployedStateMachines(): DeployedStateMachine[] {
  return [
    { name: pipelineName, arn: stateMachineArn, definition: pipelineDefinition() },
    { name: allSurveysName, arn: allSurveysArn, definition: allSurveysDefinition() },
  ];
}

/** The definition of `Pipeline`, as `npm run synth` wrote it. */
export function pipelineDefinition(): string {
  return readFileSync(new URL("pipeline.asl.json", import.meta.url), "utf8");
}

/** The definition of `AllSurveys`, as `npm run synth` wrote it. */
export function allSurveysDefinition(): string {
  return readFileSync(new URL("all-surveys.asl.json", import.meta.url), "utf8");
}

/** The deployed functions, as `npm run synth` wrote them. */
export function deployedFunctions(): Record<string, DeployedFunction> {
  const text = readFileSync(new URL("functions.json", import.meta.url), "utf8");
  return z.record(z.string(), DeployedFunction).parse(JSON.parse(text));
}

/** The names of a deployment's buckets. */
export function bucketNames({ bucketPrefix }: Deployment): { bronze: string; silver: string; gold: string } {
  return { bronze: `${bucketPrefix}-bronze`, silver: `${bucketPrefix}-silver`, gold: `${bucketPrefix}-gold` };
}

/**
 * The variables in which SST's `Resource` finds the deployment's settings, including the actual URLs of the
 * sources.
 */
export function resourceVariables(
  deployment: Deployment,
  addresses: { timeSeries: string; population: string },
): Record<string, string> {
  const names = bucketNames(deployment);
  const { contact, concurrency, maxRemovedShare } = deployment;
  const { surveys = [defaultSurvey] } = deployment;
  const resources = {
    App: { name: "data-quest", stage: "local" },
    Bronze: { name: names.bronze },
    Silver: { name: names.silver },
    Gold: { name: names.gold },
    Pipeline: { arn: stateMachineArn },
    AllSurveys: { arn: allSurveysArn },
    Sources: {
      ...addresses,
      contact,
      concurrency,
      maxRemovedShare,
      dataFiles: NO_DATA_FILES,
      surveys: [surveys].flat().join(" "),
    },
  };
  return Object.fromEntries(
    Object.entries(resources).map(([name, value]) => [`SST_RESOURCE_${name}`, JSON.stringify(value)]),
  );
}

/**
 * Where executions run: the laptop, or a deployed stage. Everything else goes through the APIs of Step
 * Functions and S3.
 */
import type { S3Client } from "@aws-sdk/client-s3";
import type { SFNClient } from "@aws-sdk/client-sfn";
import type { Bucket } from "@data-quest/core/storage/objects";
import type { LogLine } from "@data-quest/local/execution-logs";

/** The services that a command talks to. */
export type Target = {
  stepFunctions: SFNClient;
  s3: S3Client;
  buckets: { bronze: string; silver: string; gold: string };
  stateMachineArn: string;
  /** The state machine that runs every survey. Undefined if a stage does not have it. */
  allSurveysArn: string | undefined;
  /** The source of the surveys: `sample`, or a URL. */
  source: string;
  /** Where the data comes from, and how it is requested. */
  sources: () => Promise<Sources>;
  /** Milliseconds between two checks of a running execution. */
  pollInterval: number;
  /** The URL of an execution's page in the AWS console. Undefined on the laptop. */
  consoleLink: (executionArn: string) => string | undefined;
  /** The lines that functions printed during an execution. Undefined on AWS, where the lines are in CloudWatch. */
  readLog: ((executionArn: string) => Promise<LogLine[]>) | undefined;
  close: () => Promise<void>;
};

/** The source settings of a deployment. */
export type Sources = {
  timeSeries: string;
  population: string;
  contact: string;
  concurrency: number;
  maxRemovedShare: number;
  /** The settings for the data files of each survey, as JSON of the type `DataFilesOfSurveys`. */
  dataFiles: string;
};

/** The prefix of the names of AllSurveys executions that `quest` starts. */
export const ALL_SURVEYS_PREFIX = "all-";

/** The ARN of an execution, from its name or ARN. */
export function executionArn(target: Target, nameOrArn: string): string {
  if (nameOrArn.startsWith("arn:")) return nameOrArn;
  const { stateMachineArn, allSurveysArn = stateMachineArn } = target;
  const machine = nameOrArn.startsWith(ALL_SURVEYS_PREFIX) ? allSurveysArn : stateMachineArn;
  return `${machine.replace(":stateMachine:", ":execution:")}:${nameOrArn}`;
}

/** One of the target's buckets, in the form that `@data-quest/core` expects. */
export function bucketOf(target: Target, name: keyof Target["buckets"]): Bucket {
  return { client: target.s3, name: target.buckets[name] };
}

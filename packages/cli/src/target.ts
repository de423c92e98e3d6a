/** Where executions run: the laptop, or a deployed stage. Everything else goes through Step Functions' own API. */
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import {
  bucketNames,
  type Deployment,
  stateMachineArn as localStateMachineArn,
} from "@data-quest/local/deployment/deployment.ts";
import { clientSettings, localEnvironment, startLocalAws } from "@data-quest/local/local-aws.ts";
import { findRunning } from "@data-quest/local/running.ts";
import { Failure } from "./failure.ts";

/** The services that a command talks to. */
export type Target = {
  stepFunctions: SFNClient;
  s3: S3Client;
  buckets: { bronze: string; silver: string; gold: string };
  stateMachineArn: string;
  /** Milliseconds between two looks at a running execution. */
  pollInterval: number;
  /** The console's page of an execution; undefined on the laptop. */
  consoleLink: (executionArn: string) => string | undefined;
  close: () => Promise<void>;
};

export type LocalTargetOptions = {
  stateDir: string;
  deployment: Deployment;
  /** True where the user chose the sources: a local AWS that is up with others is then not used. */
  chosen: boolean;
  log: (line: string) => void;
};

/** The local AWS of a state directory: the one that is up already, else one in this process. */
export async function localTarget(options: LocalTargetOptions): Promise<Target> {
  const { stateDir, deployment } = options;
  const running = findRunning(stateDir);
  if (running && options.chosen && JSON.stringify(running.deployment) !== JSON.stringify(deployment)) {
    throw new Failure(
      `The local AWS of ${stateDir} is up (process ${running.pid}) with other sources: leave the source options out to use it, stop it, or choose another --state-dir`,
    );
  }
  const otherS3 = process.env.AWS_ENDPOINT_URL_S3;
  const aws = running ?? (await startHere(options, otherS3));
  const s3Environment = otherS3 === undefined || running ? localEnvironment() : usualVariables();
  const stepFunctions = new SFNClient({ endpoint: aws.endpoint, ...clientSettings(localEnvironment()) });
  const s3 = new S3Client({ endpoint: aws.s3Endpoint, ...clientSettings(s3Environment) });
  return {
    stepFunctions,
    s3,
    buckets: bucketNames(running?.deployment ?? deployment),
    stateMachineArn: localStateMachineArn,
    pollInterval: 50,
    consoleLink: () => undefined,
    close: async () => {
      stepFunctions.destroy();
      s3.destroy();
      if ("close" in aws) await aws.close();
    },
  };
}

async function startHere({ stateDir, deployment, log }: LocalTargetOptions, otherS3: string | undefined) {
  const { startDirectLambda } = await import("@data-quest/local/lambda/direct.ts");
  return startLocalAws({
    stateDir,
    deployment,
    startLambda: startDirectLambda,
    log,
    ...(otherS3 === undefined ? {} : { otherS3: { endpoint: otherS3, environment: usualVariables() } }),
  });
}

/** The AWS variables of the user's own environment. */
function usualVariables(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      name.startsWith("AWS_") && value !== undefined ? [[name, value]] : [],
    ),
  );
}

/** A deployed stage, by the resources that `sst shell` puts into the environment. Throws Failure outside of it. */
export async function stageTarget(stage: string): Promise<Target> {
  if (process.env.SST_RESOURCE_App === undefined) {
    throw new Failure(
      `--stage reads the deployment's names from SST: run it as  npx sst shell --stage ${stage} -- npx quest ... --stage ${stage}`,
    );
  }
  const { Resource } = await import("sst");
  if (Resource.App.stage !== stage) {
    throw new Failure(
      `--stage ${stage} was asked for in the shell of the stage ${Resource.App.stage}: use one of the two`,
    );
  }
  const stepFunctions = new SFNClient({});
  const s3 = new S3Client({});
  const stateMachineArn = Resource.Pipeline.arn;
  const region = stateMachineArn.split(":")[3];
  return {
    stepFunctions,
    s3,
    buckets: { bronze: Resource.Bronze.name, silver: Resource.Silver.name, gold: Resource.Gold.name },
    stateMachineArn,
    pollInterval: 2000,
    consoleLink: (arn) =>
      `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${arn}`,
    close: async () => {
      stepFunctions.destroy();
      s3.destroy();
    },
  };
}

/** The ARN of an execution that is given by its name or its ARN. */
export function executionArn(target: Target, nameOrArn: string): string {
  if (nameOrArn.startsWith("arn:")) return nameOrArn;
  return `${target.stateMachineArn.replace(":stateMachine:", ":execution:")}:${nameOrArn}`;
}

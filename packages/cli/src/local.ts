/** `quest local`: runs the local AWS for other commands, the AWS CLI, and the AWS SDK, until Ctrl-C. */
import { once } from "node:events";
import { causeMessage } from "@data-quest/execution-history";
import { startBundledLambda } from "@data-quest/lambda-host/bundled";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import { bucketNames, type Deployment, stateMachineArn } from "@data-quest/local/deployment/deployment";
import { type LocalAws, startLocalAws } from "@data-quest/local/local-aws";
import { findRunning } from "@data-quest/local/running";
import type { StatusChange } from "@data-quest/step-functions";
import { openConsole, servicesAt } from "./console.ts";
import { chooseDeployment, isChosen, type SourceOptions, sourceOptions } from "./deployments.ts";
import { Failure } from "./failure.ts";
import { rememberedNote, rememberedOptions, rememberSource } from "./remembered-source.ts";
import { paintFor } from "./terminal.ts";

export type LocalOptions = SourceOptions & {
  survey?: string[];
  port?: number;
  stateDir: string;
  json?: boolean;
};

/**
 * Starts the local AWS, prints how to connect to it, and keeps it running until an interruption. Returns
 * the exit code. Throws Failure if the port is taken or the state directory is in use.
 */
export async function localCommand(options: LocalOptions): Promise<number> {
  const { stateDir, port = 0 } = options;
  const { survey } = options;
  const chosen = sourceOptions(options);
  const sources = rememberedOptions(stateDir, chosen);
  const deployment = { ...chooseDeployment(sources, process.env), ...(survey ? { surveys: survey } : {}) };
  const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  const aws = await bringUp(stateDir, port, deployment);
  if (isChosen(chosen)) rememberSource(stateDir, sources);
  const note = rememberedNote(chosen, deployment.source);
  if (note !== "") log(note);
  const console = await openConsole(async () => servicesAt(aws, { stateDir, deployment }), {
    port: 0,
    stateDir,
    log,
  }).catch(async (error: unknown) => {
    await aws.close();
    throw error;
  });
  try {
    const link = console.link();
    process.stdout.write(options.json ? jsonText(aws, deployment, link) : text(aws, deployment, link));
    if (process.env.AWS_ENDPOINT_URL_S3 !== undefined)
      log("AWS_ENDPOINT_URL_S3 is set but not used: this local AWS has its own S3");
    await interrupted;
    log("Stopping: running executions end as ABORTED; resume them with quest redrive");
    // A second Ctrl-C means that the user does not want to wait.
    process.once("SIGINT", () => process.exit(130));
  } finally {
    await console.close();
    await aws.close();
  }
  return 0;
}

async function bringUp(stateDir: string, port: number, deployment: Deployment): Promise<LocalAws> {
  const running = await findRunning(stateDir);
  if (running)
    throw new Failure(
      `The local AWS of ${stateDir} is already running at ${running.endpoint} (process ${running.pid}): use it, stop it, or choose another --state-dir`,
    );
  try {
    return await startLocalAws({
      stateDir,
      port,
      deployment,
      startLambda: startBundledLambda,
      onStatusChange: logStatus,
      log,
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
      throw new Failure(
        `Port ${port} on 127.0.0.1 is taken: choose another --port, or leave out --port to use any free port`,
      );
    if (error instanceof Error && "code" in error && error.code === "EACCES")
      throw new Failure(
        `${error.message}: choose a --port of 1024 or higher and a --state-dir that you can write to`,
      );
    throw error;
  }
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

function logStatus({ name, status, startDate, stopDate, error, cause }: StatusChange): void {
  const paint = paintFor(process.stderr);
  const style = status === "SUCCEEDED" ? "green" : status === "RUNNING" ? "cyan" : "red";
  const seconds = stopDate === null ? "" : ` after ${((stopDate - startDate) / 1000).toFixed(1)} s`;
  const why = error === null ? "" : `: ${error}: ${causeMessage(cause)}`;
  log(`${paint(style, status)} ${name}${seconds}${why}`);
}

/**
 * The variables that point the AWS CLI (which reads AWS_DEFAULT_REGION) and the AWS SDKs to the local
 * services.
 */
function variables({ endpoint, s3Endpoint }: LocalAws): Record<string, string> {
  const environment = localEnvironment();
  return {
    AWS_ENDPOINT_URL_S3: s3Endpoint,
    AWS_ENDPOINT_URL_SFN: endpoint,
    ...environment,
    AWS_DEFAULT_REGION: clientSettings(environment).region,
    // Without this variable, the AWS CLI sends StartSyncExecution to sync-127.0.0.1, which does not exist.
    AWS_DISABLE_HOST_PREFIX_INJECTION: "true",
  };
}

function text(aws: LocalAws, deployment: Deployment, link: string): string {
  const { bronze, silver, gold } = bucketNames(deployment);
  return [
    `# The local AWS runs at ${aws.endpoint} until Ctrl-C. In another terminal:`,
    ...Object.entries(variables(aws)).map(([name, value]) => `export ${name}=${value}`),
    "# State machine",
    `#   ${stateMachineArn}`,
    "# Buckets",
    `#   ${bronze} ${silver} ${gold}`,
    "# Console",
    `#   ${link}`,
    "",
  ].join("\n");
}

function jsonText(aws: LocalAws, deployment: Deployment, link: string): string {
  const environment = variables(aws);
  const buckets = bucketNames(deployment);
  return `${JSON.stringify({ endpoint: aws.endpoint, environment, stateMachineArn, buckets, console: link }, null, 2)}\n`;
}

/** The laptop as a target: the local AWS of a state directory. */
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { ensureBuckets, VersioningSuspended } from "@data-quest/local/buckets";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import { clientAgent } from "@data-quest/local/clients";
import {
  allSurveysArn,
  bucketNames,
  type Deployment,
  stateMachineArn as localStateMachineArn,
  NO_DATA_FILES,
} from "@data-quest/local/deployment/deployment";
import { readExecutionLog } from "@data-quest/local/execution-logs";
import type { LocalAws } from "@data-quest/local/local-aws";
import { findRunning, type Running } from "@data-quest/local/running";
import { DirectoryInUse } from "@data-quest/state-directory/directory-owner";
import { Failure } from "./failure.ts";
import type { Sources, Target } from "./target.ts";

export type LocalTargetOptions = {
  stateDir: string;
  deployment: Deployment;
  /**
   * Whether exactly this deployment is required. If so, a running local AWS with a different deployment is not
   * used.
   */
  asked: boolean;
  /**
   * True for a read-only command, which starts no execution. Such a command works without the functions and the
   * sources, and creates nothing.
   */
  readOnly: boolean;
  /**
   * Whether this command prevents another process that serves the directory from ending. False for a command
   * that stays open, so that the other process can end first.
   */
  keepsOthersUp?: boolean;
  log: (line: string) => void;
  /** How long another command may hold the state directory without responding, in milliseconds. */
  patience?: number;
};

const PATIENCE_MILLISECONDS = 10_000;
/** After a wait this long, the user is told what the command is waiting for. */
const NOTIFY_AFTER_MILLISECONDS = 1000;

/**
 * The local AWS of a state directory: the running one, or else one in this process. Throws Failure if the
 * running one has different sources or a different S3 than requested, or if a process holds the directory but
 * does not respond.
 */
export async function localTarget(options: LocalTargetOptions): Promise<Target> {
  const { patience = PATIENCE_MILLISECONDS } = options;
  const otherS3 = process.env.AWS_ENDPOINT_URL_S3;
  const begun = Date.now();
  let notified = false;
  for (;;) {
    const running = await findRunning(options.stateDir);
    if (running) return targetAt(usable(running, options, otherS3), options);
    try {
      return targetAt(await (options.readOnly ? startReadOnly : startHere)(options, otherS3), options);
    } catch (error) {
      if (!(error instanceof DirectoryInUse)) throw error;
      const waited = Date.now() - begun;
      if (waited > patience)
        throw new Failure(
          `${error.message}. That process did not respond for ${Math.round(waited / 1000)} s.`,
        );
      if (waited > NOTIFY_AFTER_MILLISECONDS && !notified) {
        options.log(`Waiting for another command that uses ${options.stateDir}`);
        notified = true;
      }
    }
    await sleep(100);
  }
}

/** A local AWS in this process or in another process. */
type Local = {
  endpoint: string;
  s3Endpoint: string;
  deployment: Deployment;
  sources: LocalAws["sources"];
  /** The local AWS itself, if it runs in this process. */
  here?: LocalAws;
};

function usable(
  running: Running,
  { stateDir, deployment, asked }: LocalTargetOptions,
  otherS3: string | undefined,
): Local {
  const up = `The local AWS of ${stateDir} is running (process ${running.pid})`;
  if (asked && !haveSameSources(running.deployment, deployment)) {
    throw new Failure(
      `${up} with other sources or settings. Stop it, choose another --state-dir, or leave out the source options to use it as it is.`,
    );
  }
  if (otherS3 !== undefined && new URL(otherS3).href !== new URL(running.s3Endpoint).href) {
    throw new Failure(
      `${up} with its S3 at ${running.s3Endpoint}, but AWS_ENDPOINT_URL_S3 is ${otherS3}. Unset the variable, or stop process ${running.pid}.`,
    );
  }
  const { endpoint, s3Endpoint, timeSeries, population } = running;
  return {
    endpoint,
    s3Endpoint,
    deployment: running.deployment,
    sources: async () => ({ timeSeries, population }),
  };
}

/**
 * Whether a run would do the same with both deployments. The surveys to analyze after a correction, and the S3
 * in use, do not matter.
 */
function haveSameSources(one: Deployment, other: Deployment): boolean {
  const rest = { surveys: undefined, otherS3: undefined };
  return isDeepStrictEqual({ ...one, ...rest }, { ...other, ...rest });
}

/**
 * A local AWS for a read-only command. If the state directory has no local AWS yet, this one is empty and uses
 * a temporary folder, which is removed when it closes.
 */
async function startReadOnly(options: LocalTargetOptions, otherS3: string | undefined): Promise<Local> {
  const { stateDir, deployment, log } = options;
  if (existsSync(join(stateDir, "step-functions"))) return startHere(options, otherS3);
  const scratch = mkdtempSync(join(tmpdir(), "data-quest-look-"));
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  // Ctrl-C ends the process without closing anything, so the folder is also removed when the process exits.
  process.once("exit", remove);
  const empty = await startHere({ ...options, stateDir: scratch }, otherS3);
  const { endpoint, here } = empty;
  if (otherS3 === undefined)
    await ensureBuckets({ endpoint, environment: localEnvironment(), deployment, isLocal: true, log });
  const close = async () => {
    await here.close();
    process.off("exit", remove);
    remove();
  };
  return { ...empty, here: { ...here, close } };
}

async function startHere(
  options: LocalTargetOptions,
  otherS3: string | undefined,
): Promise<Local & { here: LocalAws }> {
  const { stateDir, deployment, readOnly, log } = options;
  const [{ startLocalAws }, { startDirectLambda }] = await Promise.all([
    import("@data-quest/local/local-aws"),
    import("@data-quest/lambda-host/direct"),
  ]);
  try {
    const aws = await startLocalAws({
      stateDir,
      deployment,
      startLambda: startDirectLambda,
      readOnly,
      log,
      ...(otherS3 === undefined ? {} : { otherS3: { endpoint: otherS3, environment: usualVariables() } }),
    });
    const { endpoint, s3Endpoint, sources } = aws;
    return { endpoint, s3Endpoint, deployment, sources, here: aws };
  } catch (error) {
    if (error instanceof VersioningSuspended) throw new Failure(error.message);
    if (otherS3 !== undefined && error instanceof Error && "code" in error && error.code === "ECONNREFUSED") {
      throw new Failure(
        `The S3 at ${otherS3} (AWS_ENDPOINT_URL_S3) is not responding. Start it, or unset the variable to use the local S3.`,
      );
    }
    throw error;
  }
}

/**
 * The AWS variables of the user's own environment. AWS_REGION defaults to AWS_DEFAULT_REGION, the AWS CLI's
 * name for the region. If neither is set, the region is us-east-1.
 */
function usualVariables(): Record<string, string> {
  const variables = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      name.startsWith("AWS_") && value !== undefined ? [[name, value]] : [],
    ),
  );
  return { AWS_REGION: variables.AWS_DEFAULT_REGION ?? "us-east-1", ...variables };
}

function targetAt(
  { endpoint, s3Endpoint, deployment, sources, here }: Local,
  { stateDir, log, keepsOthersUp = true }: LocalTargetOptions,
): Target {
  const s3Environment = s3Endpoint === endpoint ? localEnvironment() : usualVariables();
  // The process that serves the local AWS keeps running as long as a client sends requests.
  const client = here || !keepsOthersUp ? {} : { customUserAgent: clientAgent };
  const stepFunctions = new SFNClient({ endpoint, ...client, ...clientSettings(localEnvironment()) });
  const s3 = new S3Client({ endpoint: s3Endpoint, ...client, ...clientSettings(s3Environment) });
  const { contact, concurrency, maxRemovedShare } = deployment;
  return {
    stepFunctions,
    s3,
    buckets: bucketNames(deployment),
    stateMachineArn: localStateMachineArn,
    allSurveysArn,
    source: deployment.source,
    sources: async (): Promise<Sources> => {
      const { timeSeries, population } = await sources();
      return { timeSeries, population, contact, concurrency, maxRemovedShare, dataFiles: NO_DATA_FILES };
    },
    pollInterval: 50,
    consoleLink: () => undefined,
    readLog: (arn) => readExecutionLog(stateDir, arn),
    close: async () => {
      stepFunctions.destroy();
      s3.destroy();
      if (here) await leave(here, log);
    },
  };
}

/**
 * Closes the local AWS once everything that other commands started in it has ended, and those commands have
 * seen the end. Ctrl-C closes it at once.
 */
async function leave(aws: LocalAws, log: (line: string) => void): Promise<void> {
  const left = new AbortController();
  const interrupted = [once(process, "SIGINT", left), once(process, "SIGTERM", left)];
  // If no execution is running, only quick work remains, such as the audit of an execution that a killed process
  // left behind. It needs no message.
  const note = setInterval(() => {
    if (aws.running() === 0) return;
    clearInterval(note);
    log("Waiting for executions that other commands started here (Ctrl-C stops them)");
  }, NOTIFY_AFTER_MILLISECONDS);
  try {
    await Promise.race([aws.idle(), ...interrupted]);
  } finally {
    clearInterval(note);
    left.abort();
    await Promise.allSettled(interrupted);
    await aws.close();
  }
}

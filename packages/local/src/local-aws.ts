/**
 * The AWS services of a state directory on one loopback port: Step Functions and S3, with the pipeline
 * deployed.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { LambdaHost, LambdaHostOptions } from "@data-quest/lambda-host/host";
import { listenOnLoopback, type RequestHandler } from "@data-quest/loopback-server/loopback-server";
import { createS3, type S3Options } from "@data-quest/s3-server";
import { claimDirectory } from "@data-quest/state-directory/directory-owner";
import { makeDirectory } from "@data-quest/state-directory/make-directory";
import { makePrivate } from "@data-quest/state-directory/private-files";
import type { InvokeLambda, StatusChange } from "@data-quest/step-functions";
import { createStepFunctions, type StepFunctions } from "@data-quest/step-functions";
import { ensureBuckets } from "./buckets.ts";
import { localEnvironment } from "./client-settings.ts";
import { watchClients } from "./clients.ts";
import {
  type Deployment,
  deployedFunctions,
  deployedStateMachines,
  resourceVariables,
} from "./deployment/deployment.ts";
import { keepDeployment } from "./deployment/kept-deployments.ts";
import { watchExecutions } from "./execution-ends.ts";
import { keepLogLine } from "./execution-logs.ts";
import { lazy } from "./lazy.ts";
import { startPopulationQueue } from "./population-queue.ts";
import { announceRunning, identityPath } from "./running.ts";
import { type SourceAddresses, startSources } from "./sources.ts";

export type LocalAwsOptions = {
  stateDir: string;
  /** Default: 0, which means any free port. */
  port?: number;
  deployment: Deployment;
  /** Runs the functions: directly from TypeScript, or bundled in separate processes. */
  startLambda: (options: LambdaHostOptions) => LambdaHost | Promise<LambdaHost>;
  /**
   * True for a read-only command: sources and functions are then started when they are first needed, missing
   * buckets are not created, and the process is not announced to other commands.
   */
  readOnly?: boolean;
  /**
   * An S3 to use instead of the local one, from AWS_ENDPOINT_URL_S3. Its credentials come from the usual AWS
   * variables.
   */
  otherS3?: { endpoint: string; environment: Record<string, string> };
  /** Receives what the handlers print. */
  log: (line: string) => void;
  /** Called with every new status of an execution. */
  onStatusChange?: (detail: StatusChange) => void;
  s3?: Pick<S3Options, "onRequest" | "intercept">;
  /**
   * Returns a number from 0 to 1 (exclusive), for the jitter of retries. If it always returns 0, retries
   * follow at once.
   */
  random?: () => number;
};

export type LocalAws = {
  /** The URL of Step Functions, and of S3 unless another S3 is used. */
  endpoint: string;
  s3Endpoint: string;
  sources: () => Promise<SourceAddresses>;
  /** The stored executions, for `quest prune`: the Step Functions API cannot delete them. */
  stored: {
    list: StepFunctions["stored"];
    remove: StepFunctions["removeStored"];
    finish: StepFunctions["finishRemovals"];
  };
  /** How many executions are running. */
  running: () => number;
  /**
   * Resolves when no execution is running, everything that executions and changed objects trigger is done, and
   * no client is active.
   */
  idle: () => Promise<void>;
  /** Aborts running executions, which can be redriven, and waits for their audits. */
  close: () => Promise<void>;
};

/**
 * Starts the local AWS: S3 with the three buckets, the functions, and Step Functions with the state machines
 * `Pipeline` and `AllSurveys`. Throws DirectoryInUse if another process owns the state directory, and an error
 * with the code EADDRINUSE if the port is taken.
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await bringUp(options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts the parts in order. `closers` collects the functions that stop them. */
async function bringUp(
  options: LocalAwsOptions,
  closers: (() => unknown)[],
): Promise<Omit<LocalAws, "close">> {
  const { stateDir, deployment, otherS3, log, readOnly = false } = options;
  makeDirectory(stateDir);
  makePrivate(stateDir);
  closers.push(claimDirectory(stateDir));

  const invoke: InvokeLambda = async (...call) => (await lambda.get()).invoke(...call);
  const queue = startPopulationQueue({
    invoke: (event) =>
      invoke("PopulationEvent", event, { signal: new AbortController().signal, executionArn: "" }),
    log,
  });
  const s3 = otherS3
    ? undefined
    : createS3({ dir: join(stateDir, "s3"), onEvent: queue.send, onProblem: log, ...options.s3 });
  if (s3) closers.push(() => s3.close());

  const id = randomUUID();
  // Functions may run while Step Functions opens: it then aborts executions that a killed process left running,
  // and the end of an execution invokes functions. Requests to Step Functions wait until it is open.
  const opened = Promise.withResolvers<RequestHandler>();
  const clients = watchClients();
  const server = await listenOnLoopback(options.port ?? 0, (request, response) => {
    clients.see(request);
    if (request.url === identityPath) response.end(id);
    else if (isForStepFunctions(request)) opened.promise.then((answer) => answer(request, response));
    else if (s3) s3.handle(request, response);
    else response.writeHead(404).end();
  });
  closers.push(server.close);
  const { endpoint } = server;
  const s3Endpoint = otherS3?.endpoint ?? endpoint;
  const environment = otherS3?.environment ?? localEnvironment();

  const sources = lazy(() => startSources(stateDir, deployment));
  closers.push(sources.close);
  const lambda = lazy(async () =>
    options.startLambda({
      functions: deployedFunctions(),
      environment: {
        ...environment,
        AWS_ENDPOINT_URL_S3: s3Endpoint,
        AWS_ENDPOINT_URL_SFN: endpoint,
        // On AWS, metrics are log lines that CloudWatch reads.
        POWERTOOLS_METRICS_DISABLED: "true",
        ...resourceVariables(deployment, await sources.get()),
      },
      log,
      onLine: (line) => {
        try {
          keepLogLine(stateDir, line);
        } catch (error) {
          // The disk may be full, for example. The execution itself detects and reports a full disk.
          log(`A log line of ${line.executionArn} was not kept: ${String(error)}`);
        }
      },
    }),
  );
  closers.push(lambda.close);
  if (!readOnly) await lambda.get();

  const executions = watchExecutions(invoke, log);
  const kept = otherS3 ? { ...deployment, otherS3: otherS3.endpoint } : deployment;
  const stepFunctions = await createStepFunctions({
    dir: join(stateDir, "step-functions"),
    invokeLambda: invoke,
    onProblem: log,
    onStatusChange: (detail) => {
      if (detail.status === "RUNNING") keepDeployment(stateDir, detail.name, kept);
      options.onStatusChange?.(detail);
      return executions.onStatusChange(detail);
    },
    ...(options.random ? { random: options.random } : {}),
  });
  closers.push(stepFunctions.close, queue.close);
  opened.resolve(stepFunctions.handle);
  await Promise.all([
    ...deployedStateMachines().map((machine) => stepFunctions.deploy(machine)),
    readOnly ||
      ensureBuckets({ endpoint: s3Endpoint, environment, deployment, isLocal: s3 !== undefined, log }),
  ]);
  if (!readOnly) {
    const { timeSeries, population } = await sources.get();
    const running = { id, endpoint, s3Endpoint, timeSeries, population, deployment };
    closers.push(announceRunning(stateDir, running));
  }
  return {
    endpoint,
    s3Endpoint,
    sources: sources.get,
    stored: {
      list: stepFunctions.stored,
      remove: stepFunctions.removeStored,
      finish: stepFunctions.finishRemovals,
    },
    running: executions.running,
    idle: async () => {
      await queue.idle();
      await executions.idle();
      // The objects that an execution wrote cause notifications, too.
      await queue.idle();
      await clients.gone();
    },
  };
}

function isForStepFunctions(request: IncomingMessage): boolean {
  return String(request.headers["x-amz-target"] ?? "").startsWith("AWSStepFunctions.");
}

/** The AWS of a state directory on one loopback port: Step Functions and S3, with the pipeline deployed. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  bucketNames,
  type Deployment,
  deployedFunctions,
  livePopulationSource,
  liveSource,
  pipelineDefinition,
  resourceVariables,
  stateMachineArn,
  stateMachineName,
} from "./deployment/deployment.ts";
import type { LambdaHost, LambdaHostOptions } from "./lambda/host.ts";
import { startReplica } from "./replica/server.ts";
import { announceRunning } from "./running.ts";
import { isLoopbackHost } from "./s3/request.ts";
import { createS3, type S3Options } from "./s3/s3.ts";
import { writeSample } from "./sample/sample.ts";
import type { StatusChange } from "./step-functions/status-change.ts";
import { createStepFunctions } from "./step-functions/step-functions.ts";

/** Placeholders: the local services take any credentials. */
export const localCredentials = { accessKeyId: "local", secretAccessKey: "local" };
export const localRegion = "us-east-1";

export type LocalAwsOptions = {
  stateDir: string;
  /** 0 or nothing: any free port. */
  port?: number;
  deployment: Deployment;
  /** Runs the functions: directly from TypeScript, or bundled in processes of their own. */
  startLambda: (options: LambdaHostOptions) => LambdaHost | Promise<LambdaHost>;
  /** An S3 to use in place of the local one, from AWS_ENDPOINT_URL_S3; its credentials come from the usual variables. */
  otherS3?: { endpoint: string; environment: Record<string, string> };
  /** Takes what the handlers print. */
  log: (line: string) => void;
  s3?: Pick<S3Options, "onRequest" | "intercept">;
  /** Numbers from 0 up to but not including 1, for the jitter of retries; 0 each time makes them follow at once. */
  random?: () => number;
};

export type LocalAws = {
  /** Where Step Functions answers, and S3 where it is not another. */
  endpoint: string;
  s3Endpoint: string;
  /** The sources' real addresses. */
  timeSeries: string;
  population: string;
  close: () => Promise<void>;
};

/**
 * Brings the local AWS up: S3 with the three buckets, the functions, and Step Functions with the state machine `Pipeline`.
 * It listens on 127.0.0.1 only and answers requests with a loopback Host header only. Throws where another process has the
 * state directory or the port.
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const s3 = options.otherS3
      ? undefined
      : await createS3({ dir: join(options.stateDir, "s3"), ...options.s3 });
    if (s3) closers.push(() => s3.close());
    let stepFunctions: Awaited<ReturnType<typeof createStepFunctions>> | undefined;
    const server = createServer((request, response) => {
      if (!isLoopbackHost(request.headers.host)) return refuseHost(response);
      if (isForStepFunctions(request) && stepFunctions) return stepFunctions.handle(request, response);
      if (s3) return s3.handle(request, response);
      response.writeHead(404).end();
    });
    server.listen(options.port ?? 0, "127.0.0.1");
    await once(server, "listening");
    closers.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The server has no port");
    const endpoint = `http://127.0.0.1:${address.port}`;
    const s3Endpoint = options.otherS3?.endpoint ?? endpoint;
    const environment = options.otherS3?.environment ?? localEnvironment();

    const sources = await startSources(options);
    closers.push(sources.close);
    const lambda = await options.startLambda({
      functions: deployedFunctions(),
      environment: {
        ...environment,
        AWS_ENDPOINT_URL_S3: s3Endpoint,
        AWS_ENDPOINT_URL_SFN: endpoint,
        // Metrics are lines in a log that CloudWatch reads.
        POWERTOOLS_METRICS_DISABLED: "true",
        ...resourceVariables(options.deployment, sources),
      },
      log: options.log,
    });
    closers.push(() => lambda.close());
    const audits = auditWriter(lambda, options.log);
    stepFunctions = await createStepFunctions({
      dir: join(options.stateDir, "step-functions"),
      invokeLambda: lambda.invoke,
      onStatusChange: (detail) => audits.begin(detail),
      ...(options.random ? { random: options.random } : {}),
    });
    const { deploy, close: closeStepFunctions } = stepFunctions;
    closers.push(closeStepFunctions, audits.finish);
    await deploy({ name: stateMachineName, arn: stateMachineArn, definition: pipelineDefinition() });
    await ensureBuckets(s3Endpoint, environment, options.deployment);
    closers.push(
      announceRunning(options.stateDir, {
        endpoint,
        s3Endpoint,
        timeSeries: sources.timeSeries,
        population: sources.population,
        deployment: options.deployment,
      }),
    );
    return { endpoint, s3Endpoint, timeSeries: sources.timeSeries, population: sources.population, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The variables with which the AWS SDK and the AWS CLI reach the local services. */
export function localEnvironment(): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    AWS_REGION: localRegion,
  };
}

/** The real addresses of the deployment's sources; the bundled sample is written and served where one of them is `sample`. */
async function startSources({
  deployment,
  stateDir,
}: LocalAwsOptions): Promise<{ timeSeries: string; population: string; close: () => Promise<void> }> {
  const { source, populationSource } = deployment;
  let replica: Awaited<ReturnType<typeof startReplica>> | undefined;
  if (source === "sample" || populationSource === "sample") {
    const dir = join(stateDir, "sample");
    await writeSample(dir);
    replica = await startReplica({ dir, synthetic: true });
  }
  return {
    timeSeries: resolveSource(source, liveSource, replica?.timeSeries),
    population: resolveSource(populationSource, livePopulationSource, replica?.population),
    close: async () => replica?.close(),
  };
}

function resolveSource(source: string, live: string, sample: string | undefined): string {
  if (source === "live") return live;
  return source === "sample" && sample !== undefined ? sample : source;
}

/** Creates the buckets that are missing and switches versioning on, as the deployment does. */
async function ensureBuckets(
  endpoint: string,
  environment: Record<string, string>,
  deployment: Deployment,
): Promise<void> {
  const client = new S3Client({ endpoint, ...clientSettings(environment) });
  try {
    for (const Bucket of Object.values(bucketNames(deployment))) {
      try {
        await client.send(new CreateBucketCommand({ Bucket }));
      } catch (error) {
        if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
      }
      await client.send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
      );
    }
  } finally {
    client.destroy();
  }
}

/** The settings of an SDK client for an environment's credentials and region. */
export function clientSettings(environment: Record<string, string>) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = environment;
  return {
    region: AWS_REGION ?? localRegion,
    ...(AWS_ACCESS_KEY_ID !== undefined && AWS_SECRET_ACCESS_KEY !== undefined
      ? {
          credentials: {
            accessKeyId: AWS_ACCESS_KEY_ID,
            secretAccessKey: AWS_SECRET_ACCESS_KEY,
            ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
          },
        }
      : {}),
  };
}

/** Has the audit of every execution written once it ended, as the deployment's rule on status changes does. */
function auditWriter(lambda: LambdaHost, log: (line: string) => void) {
  const pending = new Set<Promise<void>>();
  return {
    begin(detail: StatusChange): void {
      if (detail.status === "RUNNING") return;
      const call = { signal: new AbortController().signal, executionArn: detail.executionArn };
      const audit = lambda
        .invoke("WriteAudit", JSON.stringify({ detail }), call)
        .then((result) => {
          if (!("payload" in result) || "functionError" in result)
            log(`The audit of ${detail.name} was not written: ${JSON.stringify(result)}`);
        })
        .finally(() => pending.delete(audit));
      pending.add(audit);
    },
    finish: async () => {
      await Promise.all(pending);
    },
  };
}

function isForStepFunctions(request: IncomingMessage): boolean {
  return String(request.headers["x-amz-target"] ?? "").startsWith("AWSStepFunctions.");
}

/** A page in a browser could otherwise reach the server under a name of its own (DNS rebinding). */
function refuseHost(response: ServerResponse): void {
  response.writeHead(403, { "content-type": "text/plain" }).end("Only a loopback Host header is answered\n");
}

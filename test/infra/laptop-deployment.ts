/**
 * Builds on this machine what `sst deploy --stage production` creates in AWS. The functions are bundled with SST's
 * options, and each runs in a separate process with separate credentials. S3, Step Functions, and the sources are
 * local servers. The notifications and events between these parts are those that infra/ configures.
 */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  CreateBucketCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { type Replica, startReplica, writeSample } from "@data-quest/bls-replica";
import type { Bundle } from "@data-quest/lambda-host/bundle";
import { startBundledLambda } from "@data-quest/lambda-host/bundled";
import type { LambdaHost } from "@data-quest/lambda-host/host";
import type { Notification, S3Fault, S3RequestRecord } from "@data-quest/s3-server";
import { startS3Server } from "@data-quest/s3-server";
import type { StatusChange } from "@data-quest/step-functions";
import { createStepFunctions } from "@data-quest/step-functions";
import { definitionOf, localFunctions } from "../../infra/synth/artifacts.ts";
import type { Synthesis } from "../../infra/synth/synthesize.ts";
import { type GlueTable, glueStandIn } from "./glue-stand-in.ts";
import { the } from "./resources.ts";

const machineArn = (name: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
const stateMachineArn = machineArn("Pipeline");

export type LaptopDeployment = {
  s3: S3Client;
  stepFunctions: SFNClient;
  /** The names of the buckets, as deployed. */
  buckets: { bronze: string; silver: string; gold: string };
  replica: Replica;
  /** The folder that the replica serves. At first, it has the sample. */
  source: string;
  /** Every request to S3. If a function sent the request, accessKeyId is the function's name. */
  requests: S3RequestRecord[];
  /** The calls to other services, each with its IAM action, such as `states:StartExecution`. */
  calls: { accessKeyId: string; action: string }[];
  /** S3's notifications to the queue of population events. */
  notifications: Notification[];
  /** What was published to the alarm topic: the parameters of each Publish. */
  alarms: URLSearchParams[];
  /** The tables of the catalog, by name. */
  tables: Map<string, GlueTable>;
  /** What the functions printed. */
  printed: string[];
  /** The bundle of each function that was called, by the function's name. */
  bundles: Map<string, Bundle>;
  /** Runs the workflow to completion, including the reactions to its end. */
  run: (input: object) => Promise<{ status: string; executionArn: string; error: string | undefined }>;
  /** Starts AllSurveys once for each input, all concurrently, and waits for them to end. */
  runAllSurveys: (
    ...inputs: object[]
  ) => Promise<{ status: string; executionArn: string; error: string | undefined }[]>;
  /** Waits for an execution that something else started. */
  ended: (name: string) => Promise<string>;
  /** Calls a function and returns its result. Throws an Error with what the function threw. */
  invoke: (name: string, event: object) => Promise<unknown>;
  /** Sets the function that chooses a fault for each request to S3. */
  setFault: (fault: (record: S3RequestRecord) => S3Fault | undefined) => void;
  close: () => Promise<void>;
};

/** Starts everything in a synthesis. `close` removes it. */
export async function deployOnLaptop(synthesis: Synthesis): Promise<LaptopDeployment> {
  const dir = await mkdtemp(join(tmpdir(), "quest-deployment-"));
  const source = join(dir, "source");
  await writeSample(source);
  const replica = await startReplica({ dir: source, synthetic: true });
  const requests: S3RequestRecord[] = [];
  const notifications: Notification[] = [];
  let fault: (record: S3RequestRecord) => S3Fault | undefined = () => undefined;
  const s3Server = await startS3Server({
    dir: join(dir, "s3"),
    onRequest: (record) => requests.push(record),
    onEvent: (notification) => notifications.push(notification),
    intercept: (record) => fault(record),
  });
  const alarms: URLSearchParams[] = [];
  const calls: LaptopDeployment["calls"] = [];
  const topicServer = await listen(
    createServer(async (request, response) => {
      const parameters = new URLSearchParams(await text(request));
      calls.push({ accessKeyId: signer(request), action: `sns:${parameters.get("Action")}` });
      alarms.push(parameters);
      response.setHeader("content-type", "text/xml");
      response.end(
        "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
      );
    }),
  );

  const tables = new Map<string, GlueTable>();
  const glueServer = await listen(
    glueStandIn(tables, (operation, authorization) =>
      calls.push({ accessKeyId: signerOf(authorization), action: `glue:${operation}` }),
    ),
  );

  const printed: string[] = [];
  const bundles: LaptopDeployment["bundles"] = new Map();
  const hosts = new Map<string, LambdaHost>();
  const endings: Promise<unknown>[] = [];
  const states = await createStepFunctions({
    dir: join(dir, "step-functions"),
    invokeLambda: (name, payload, options) => hostOf(name).invoke(name, payload, options),
    onStatusChange: (change) => {
      if (change.status !== "RUNNING") endings.push(reactToEnd(change));
    },
    // No waiting between retries: full jitter may choose a delay of zero.
    random: () => 0,
  });
  const statesServer = await listen(
    createServer((request, response) => {
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1);
      calls.push({ accessKeyId: signer(request), action: `states:${operation}` });
      states.handle(request, response);
    }),
  );

  const buckets = { bronze: "", silver: "", gold: "", ...bucketNames(synthesis) };
  const links = {
    AlarmTopic: { arn: "arn:aws:sns:us-east-1:000000000000:Alarms" },
    Pipeline: { arn: stateMachineArn },
    Sources: {
      ...synthesis.links.Sources,
      timeSeries: replica.timeSeries,
      population: replica.population,
    },
  };
  for (const [name, settings] of Object.entries(localFunctions(synthesis))) {
    const resources = Object.entries({ ...settings.links, ...links }).map(([link, value]) => [
      `SST_RESOURCE_${link}`,
      JSON.stringify(value),
    ]);
    const environment = {
      ...Object.fromEntries(resources),
      AWS_ACCESS_KEY_ID: name,
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_ENDPOINT_URL_S3: s3Server.url,
      AWS_ENDPOINT_URL_SFN: statesServer.url,
      AWS_ENDPOINT_URL_SNS: topicServer.url,
      AWS_ENDPOINT_URL_GLUE: glueServer.url,
    };
    const log = (text: string) => printed.push(text);
    const functions = { [name]: settings };
    const onBundle = (functionName: string, bundle: Bundle) => bundles.set(functionName, bundle);
    hosts.set(name, await startBundledLambda({ functions, environment, log, onBundle }));
  }
  for (const name of ["Pipeline", "AllSurveys"])
    await states.deploy({
      name,
      arn: machineArn(name),
      definition: JSON.stringify(definitionOf(synthesis, name)),
    });

  const person = { region: "us-east-1", credentials: { accessKeyId: "person", secretAccessKey: "secret" } };
  const s3 = new S3Client({ ...person, endpoint: s3Server.url });
  const stepFunctions = new SFNClient({ ...person, endpoint: statesServer.url });
  for (const Bucket of Object.values(buckets)) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  }
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: buckets.bronze,
      NotificationConfiguration: notificationOf(synthesis),
    }),
  );

  function hostOf(nameOrArn: string): LambdaHost {
    const host = hosts.get(nameOrArn.split(":").at(-1) ?? "");
    if (!host) throw new Error(`There is no function ${nameOrArn}`);
    return host;
  }

  async function invoke(name: string, event: object): Promise<unknown> {
    const result = await hostOf(name).invoke(name, JSON.stringify(event), {
      signal: new AbortController().signal,
      executionArn: "",
    });
    if ("functionError" in result || "serviceError" in result)
      throw new Error(`${name}: ${JSON.stringify(result)}`);
    return JSON.parse(result.payload);
  }

  async function reactToEnd(detail: StatusChange): Promise<void> {
    const event = { source: "aws.states", "detail-type": "Step Functions Execution Status Change", detail };
    await invoke("ReportFailure", event);
    if (detail.stateMachineArn !== stateMachineArn) return;
    await invoke("WriteAudit", event);
    await invoke("UpdateIndex", event);
    await invoke("UpdateTable", event);
  }

  async function waitFor(executionArn: string) {
    for (;;) {
      const { status, error } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== "RUNNING") {
        await Promise.all(endings.splice(0));
        return { status: status ?? "", executionArn, error };
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  return {
    s3,
    stepFunctions,
    buckets,
    replica,
    source,
    requests,
    calls,
    notifications,
    alarms,
    tables,
    printed,
    bundles,
    async run(input) {
      const { executionArn } = await stepFunctions.send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ settleSeconds: 0, ...input }) }),
      );
      return waitFor(executionArn ?? "");
    },
    async runAllSurveys(...inputs) {
      const started: string[] = [];
      for (const input of inputs) {
        const { executionArn = "" } = await stepFunctions.send(
          new StartExecutionCommand({
            stateMachineArn: machineArn("AllSurveys"),
            input: JSON.stringify(input),
          }),
        );
        started.push(executionArn);
      }
      return Promise.all(started.map(waitFor));
    },
    async ended(name) {
      return (await waitFor(`${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`)).status;
    },
    invoke,
    setFault(chosen) {
      fault = chosen;
    },
    async close() {
      await Promise.all([...hosts.values()].map((host) => host.close()));
      s3.destroy();
      stepFunctions.destroy();
      await states.close();
      await statesServer.close();
      await topicServer.close();
      await glueServer.close();
      await s3Server.close();
      await replica.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** The owner of the key that a request to AWS is signed with. */
function signer({ headers }: IncomingMessage): string {
  return signerOf(headers.authorization ?? "");
}

function signerOf(authorization: string): string {
  return /Credential=([^/]+)\//.exec(authorization)?.[1] ?? "";
}

/** Listens on a free loopback port. */
async function listen(server: Server): Promise<{ url: string; close: () => Promise<void> }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function bucketNames({ links }: Synthesis): Record<string, string> {
  return Object.fromEntries(
    ["Bronze", "Silver", "Gold"].map((name) => [name.toLowerCase(), String(links[name]?.name)]),
  );
}

/** Bronze's notification configuration, in the format of the S3 API. */
function notificationOf(synthesis: Synthesis): NotificationConfiguration {
  const { queues } = the(synthesis, "aws:s3/bucketNotification:BucketNotification", "PopulationNotification")
    .inputs as { queues: { queueArn: string; events: "s3:ObjectCreated:*"[]; filterPrefix: string }[] };
  return {
    QueueConfigurations: queues.map(({ queueArn, events, filterPrefix }) => ({
      QueueArn: queueArn,
      Events: events,
      Filter: { Key: { FilterRules: [{ Name: "prefix", Value: filterPrefix }] } },
    })),
  };
}

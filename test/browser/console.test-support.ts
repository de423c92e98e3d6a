/** A console with a new local AWS, and a link that signs a browser in. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { openConsole, servicesAt } from "@data-quest/cli/console";
import type { Console, Services } from "@data-quest/console/console";
import { startDirectLambda } from "@data-quest/lambda-host/direct";
import { type Deployment, stateMachineArn } from "@data-quest/local/deployment/deployment";
import { type LocalAws, type LocalAwsOptions, startLocalAws } from "@data-quest/local/local-aws";

export const deployment: Deployment = {
  source: "sample",
  populationSource: "sample",
  contact: "test@example.org",
  concurrency: 4,
  maxRemovedShare: 0.25,
  bucketPrefix: "data-quest",
};

export type ConsoleBench = {
  stateDir: string;
  aws: LocalAws;
  services: Services;
  console: Console;
  /** Starts an execution and returns its ARN. */
  start: (input: object, name?: string) => Promise<string>;
  /** Resolves with the status once an execution has ended. */
  ended: (arn: string) => Promise<string>;
  close: () => Promise<void>;
};

/** Starts the local AWS and a console for it, as `quest local` does. */
export async function startConsoleBench(options: Partial<LocalAwsOptions> = {}): Promise<ConsoleBench> {
  const stateDir = mkdtempSync(join(tmpdir(), "quest-console-"));
  const aws = await startLocalAws({
    stateDir,
    deployment,
    startLambda: startDirectLambda,
    random: () => 0,
    log: () => undefined,
    ...options,
  });
  const services = servicesAt(aws, { stateDir, deployment });
  const console = await openConsole(async () => services, {
    port: 0,
    stateDir,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  return {
    stateDir,
    aws,
    services,
    console,
    start: (input, name) => startExecution(services, input, name),
    ended: (arn) => executionEnd(services, arn),
    close: async () => {
      await console.close();
      await aws.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** The link that signs a browser in and opens an execution, with page parameters such as `view=table`. */
export function consoleLink({ console }: Pick<ConsoleBench, "console">, arn: string, query = ""): string {
  const link = new URL(console.link(arn));
  if (query !== "") link.searchParams.set("to", `${link.searchParams.get("to")}?${query}`);
  return link.href;
}

async function startExecution(services: Services, input: object, name?: string): Promise<string> {
  const started = await services.stepFunctions.send(
    new StartExecutionCommand({
      stateMachineArn,
      name,
      input: JSON.stringify({ settleSeconds: 0, ...input }),
    }),
  );
  return started.executionArn ?? "";
}

async function executionEnd({ stepFunctions }: Services, executionArn: string): Promise<string> {
  for (;;) {
    const { status = "" } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== "RUNNING") return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

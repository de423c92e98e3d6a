import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  CreateStateMachineCommand,
  type CreateStateMachineOutput,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  SFNClient,
  StartExecutionCommand,
  type StartExecutionOutput,
} from "@aws-sdk/client-sfn";
import { createStepFunctions, type StepFunctionsOptions } from "../step-functions.ts";

/** Step Functions on a real port, and the AWS SDK's client for it. */
export type Served = {
  dir: string;
  endpoint: string;
  client: SFNClient;
  create: (name: string, definition: string) => Promise<CreateStateMachineOutput>;
  /** Starts the execution `name` of the state machine `machine`. */
  start: (machine: string, name: string, input?: string) => Promise<StartExecutionOutput>;
  /** Waits until the execution has ended. */
  ended: (executionArn: string) => Promise<DescribeExecutionOutput>;
  /** Closes the service and opens it again with the same directory and port. */
  reopen: (options?: Partial<StepFunctionsOptions>) => Promise<void>;
  close: () => Promise<void>;
};

/** Serves a new temporary directory, with functions that return their event. */
export async function serve(options: Partial<StepFunctionsOptions> = {}): Promise<Served> {
  const dir = mkdtempSync(join(tmpdir(), "step-functions-"));
  const open = (more: Partial<StepFunctionsOptions>) =>
    createStepFunctions({ dir, invokeLambda: async (_name, payload) => ({ payload }), ...options, ...more });
  let stepFunctions = await open({});
  const server = createServer((request, response) => stepFunctions.handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  const endpoint = `http://127.0.0.1:${address.port}`;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new SFNClient({ endpoint, region: "us-east-1", credentials });
  return {
    dir,
    endpoint,
    client,
    create: (name, definition) => client.send(new CreateStateMachineCommand({ name, definition, roleArn })),
    start: (machine, name, input) =>
      client.send(new StartExecutionCommand({ stateMachineArn: machineArn(machine), name, input })),
    ended: async (executionArn) => {
      for (;;) {
        const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
        if (execution.status !== "RUNNING") return execution;
        await delay(5);
      }
    },
    reopen: async (more = {}) => {
      await stepFunctions.close();
      stepFunctions = await open(more);
    },
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await stepFunctions.close();
      rmSync(dir, { recursive: true });
    },
  };
}

export const roleArn = "arn:aws:iam::000000000000:role/any";

export function machineArn(name: string): string {
  return `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
}

export function executionArn(machine: string, name: string): string {
  return `arn:aws:states:us-east-1:000000000000:execution:${machine}:${name}`;
}

/** A definition with these states, which starts at the first one. */
export function definitionOf(States: Record<string, object>): string {
  return JSON.stringify({ QueryLanguage: "JSONata", StartAt: Object.keys(States)[0], States });
}

/** Ends at once. */
export const passing = definitionOf({ A: { Type: "Pass", End: true } });
/** Waits for ten minutes, which is longer than any test. */
export const waiting = definitionOf({ W: { Type: "Wait", Seconds: 600, End: true } });
/** Sets a variable, calls a function, and returns the variable. A successful execution has nine events. */
export const working = definitionOf({
  A: { Type: "Pass", Assign: { x: 5 }, Next: "T" },
  T: {
    Type: "Task",
    Resource: "arn:aws:lambda:us-east-1:000000000000:function:Work",
    Output: "{% $x %}",
    End: true,
  },
});

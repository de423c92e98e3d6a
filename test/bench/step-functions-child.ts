/**
 * Runs one of the state machines that step-functions.ts measures, with its log on disk or in memory, and prints
 * the cost as JSON.
 */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStepFunctions, systemClock } from "@data-quest/step-functions";
import { runInMemory } from "@data-quest/step-functions/testing";
import * as z from "zod";

const [where, items = "1000"] = process.argv.slice(2);
const definition = {
  QueryLanguage: "JSONata",
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      Items: `{% [1..${items}] %}`,
      ItemProcessor: {
        StartAt: "Work",
        States: {
          Work: {
            Type: "Task",
            Resource: "arn:aws:lambda:us-east-1:000000000000:function:Nothing",
            End: true,
          },
        },
      },
      End: true,
    },
  },
};
const invokeLambda = async (_name: string, payload: string) => ({ payload });

const passes = {
  QueryLanguage: "JSONata",
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      Items: `{% [1..${items}] %}`,
      ItemProcessor: {
        StartAt: "Number",
        States: {
          Number: {
            Type: "Pass",
            Output: { item: "{% $states.input %}", index: "{% $states.context.Map.Item.Index + 1 %}" },
            End: true,
          },
        },
      },
      End: true,
    },
  },
};

const measured = where === "disk" ? await onDisk() : await inMemory(where === "passes" ? passes : definition);
console.log(JSON.stringify({ ...measured, maxRssBytes: process.resourceUsage().maxRSS * 1024 }));

type Measured = { events: number; seconds: number };

async function inMemory(definition: object): Promise<Measured> {
  const start = performance.now();
  const run = runInMemory({ definition, invokeLambda, clock: systemClock });
  await run.finished;
  return { events: run.records.length, seconds: (performance.now() - start) / 1000 };
}

/** The number of events, and the time from StartExecution until the end of the execution is reported. */
async function onDisk(): Promise<Measured> {
  const dir = await mkdtemp(join(tmpdir(), "bench-step-functions-"));
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const stepFunctions = await createStepFunctions({
    dir,
    invokeLambda,
    onStatusChange: ({ status }) => {
      if (status !== "RUNNING") resolve();
    },
  });
  const server = createServer((request, response) => stepFunctions.handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const call = async (operation: string, input: object) => {
    const response = await fetch(`http://127.0.0.1:${portOf(server)}`, {
      method: "POST",
      headers: { "x-amz-target": `AWSStepFunctions.${operation}` },
      body: JSON.stringify(input),
    });
    return response.json();
  };
  const arn = "arn:aws:states:us-east-1:000000000000";
  await stepFunctions.deploy({
    name: "Bench",
    arn: `${arn}:stateMachine:Bench`,
    definition: JSON.stringify(definition),
  });
  // Loads the HTTP client, which is not part of what is measured.
  await call("ListStateMachines", {});
  const start = performance.now();
  await call("StartExecution", { stateMachineArn: `${arn}:stateMachine:Bench`, name: "one" });
  await over;
  const seconds = (performance.now() - start) / 1000;
  const executionArn = `${arn}:execution:Bench:one`;
  const last = z.object({ events: z.tuple([z.object({ id: z.int() })]) });
  const { events } = last.parse(
    await call("GetExecutionHistory", { executionArn, reverseOrder: true, maxResults: 1 }),
  );
  server.close();
  await stepFunctions.close();
  await rm(dir, { recursive: true });
  return { events: events[0].id, seconds };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return address.port;
}

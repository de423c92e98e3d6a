/** Runs the machine of step-functions.ts once in this process, on the disk or in memory, and prints what it took as JSON. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startExecution } from "@data-quest/step-functions/api/executions";
import { createStateMachine } from "@data-quest/step-functions/api/state-machines";
import { systemClock } from "@data-quest/step-functions/clock";
import { runInMemory } from "@data-quest/step-functions/interpreter/memory-run";
import { openService } from "@data-quest/step-functions/service";

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

const start = performance.now();
const events = where === "disk" ? await onDisk() : await inMemory();
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ events, seconds, maxRssBytes: process.resourceUsage().maxRSS * 1024 }));

async function inMemory(): Promise<number> {
  const run = runInMemory({ definition, invokeLambda, clock: systemClock });
  await run.finished;
  return run.records.length;
}

async function onDisk(): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), "bench-step-functions-"));
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const service = await openService({
    dir,
    location: { region: "us-east-1", account: "000000000000" },
    clock: systemClock,
    random: Math.random,
    invokeLambda,
    onStatusChange: ({ status }) => {
      if (status !== "RUNNING") resolve();
    },
  });
  const roleArn = "arn:aws:iam::000000000000:role/bench";
  await createStateMachine(service, { name: "Bench", definition: JSON.stringify(definition), roleArn });
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:Bench";
  await startExecution(service, { stateMachineArn, name: "one" });
  await over;
  const [execution] = service.executions.values();
  await rm(dir, { recursive: true });
  return execution?.events ?? 0;
}

/**
 * Starts or redrives the execution "one" of the state machine M, and waits until the execution ends. A test may
 * kill this process at any moment.
 */
import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { claimDirectory } from "@data-quest/state-directory/directory-owner";
import { redriveExecution, startExecution } from "./api/executions.ts";
import { systemClock } from "./clock.ts";
import { openService } from "./service.ts";

const [dir = "", callsFile = "", definitions = "{}"] = process.argv.slice(2);
const arn = "arn:aws:states:us-east-1:000000000000:execution:M:one";
const { promise: over, resolve } = Promise.withResolvers<void>();

claimDirectory(dir);
const service = await openService({
  dir,
  location: { region: "us-east-1", account: "000000000000" },
  clock: systemClock,
  random: Math.random,
  invokeLambda: async (_name, payload) => {
    appendFileSync(callsFile, `${payload}\n`);
    await delay(3);
    return { payload };
  },
  onStatusChange: ({ executionArn, status }) => {
    if (executionArn === arn && status !== "RUNNING") resolve();
  },
});
for (const [name, definition] of Object.entries(JSON.parse(definitions))) {
  const machineArn = `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
  service.machines.set(machineArn, {
    arn: machineArn,
    name,
    definition: JSON.stringify(definition),
    roleArn: `arn:aws:iam::000000000000:role/${name}`,
    creationDate: 0,
    updateDate: 0,
    revisionId: "1",
    deleting: false,
    tags: {},
    loggingConfiguration: {},
    tracingConfiguration: {},
  });
}
const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:M";
console.log("open");
const before = service.executions.get(arn);
if (before === undefined)
  await startExecution(service, { stateMachineArn, name: "one", input: "[1,2,3,4,5,6]" });
else if (before.status === "SUCCEEDED") resolve();
else await redriveExecution(service, { executionArn: arn });
await over;

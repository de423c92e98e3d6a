/** `quest run`: one execution of the workflow. */
import { randomBytes } from "node:crypto";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { chooseDeployment, isChosen, type SourceOptions, sourceOptions } from "./deployments.ts";
import { showExecution } from "./execution.ts";
import { executionInput } from "./execution-input.ts";
import { Failure } from "./failure.ts";
import { INTERRUPTED, listenForInterrupt } from "./interruption.ts";
import { localTarget } from "./local-target.ts";
import { stageTarget } from "./stage-target.ts";
import type { Target } from "./target.ts";

export type RunOptions = SourceOptions & {
  survey?: string;
  settle?: number;
  input?: string;
  acceptSource?: string[];
  stateDir: string;
  stage?: string;
  json?: boolean;
  quiet?: boolean;
};

/** Seconds that a local run settles for, where nothing else is asked for: there is nothing to wait for on a laptop. */
const LOCAL_SETTLE_SECONDS = 1;

/** Starts an execution, follows it to its end and shows the answers. Gives the exit code. */
export async function runCommand(options: RunOptions): Promise<number> {
  const { stage, stateDir } = options;
  const sources = sourceOptions(options);
  const input = executionInput(options);
  if (stage === undefined) input.settleSeconds ??= LOCAL_SETTLE_SECONDS;
  if (stage !== undefined && isChosen(sources))
    throw new Failure(
      "--stage runs the deployed workflow with the sources of its deployment: leave the source options out",
    );
  const deployment = chooseDeployment(sources, process.env);
  const log = (line: string) => {
    if (!options.quiet) process.stderr.write(`${line}\n`);
  };
  // From here on, Ctrl-C stops what was begun, whatever that is.
  const interruption = listenForInterrupt();
  let target: Target | undefined;
  try {
    target =
      stage === undefined
        ? await localTarget({ stateDir, deployment, asked: isChosen(sources), onlyLooks: false, log })
        : await stageTarget(stage);
    if (interruption.signal.aborted) {
      log("Interrupted before the execution started");
      return INTERRUPTED;
    }
    const started = await target.stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: target.stateMachineArn,
        name: executionName(new Date()),
        input: JSON.stringify(input),
      }),
    );
    return await showExecution(target, started.executionArn ?? "", interruption, {
      json: options.json ?? false,
      quiet: options.quiet ?? false,
      stateDir,
      stage,
    });
  } finally {
    interruption.close();
    await target?.close();
  }
}

/** A name that sorts by time, such as `2026-09-03T12-30-00Z-1f3a`. */
export function executionName(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(":", "-")}Z-${randomBytes(2).toString("hex")}`;
}

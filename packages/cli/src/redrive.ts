/** `quest redrive`: resumes a failed execution from its unsuccessful states. */
import { ExecutionDoesNotExist, ExecutionNotRedrivable, RedriveExecutionCommand } from "@aws-sdk/client-sfn";
import { keptDeployment } from "@data-quest/local/deployment/kept-deployments";
import { findRunning } from "@data-quest/local/running";
import { commandLine } from "./command-line.ts";
import { chooseDeployment } from "./deployments.ts";
import { showExecution } from "./execution.ts";
import { Failure } from "./failure.ts";
import { readHistory } from "./follow.ts";
import { INTERRUPTED, listenForInterrupt } from "./interruption.ts";
import { localTarget } from "./local-target.ts";
import { stageTarget } from "./stage-target.ts";
import { executionArn, type Target } from "./target.ts";

export type RedriveOptions = { stateDir: string; stage?: string; json?: boolean; quiet?: boolean };

/**
 * Redrives the execution (a name or an ARN), follows it until it ends, and shows the answers. Returns the
 * exit code.
 */
export async function redriveCommand(execution: string, options: RedriveOptions): Promise<number> {
  const { stage, stateDir } = options;
  const kept = keptDeployment(stateDir, execution.split(":").at(-1) ?? execution);
  if (stage === undefined && kept && kept.otherS3 !== (await otherS3InUse(stateDir))) {
    throw new Failure(
      kept.otherS3 === undefined
        ? `${execution} ran on the local S3: unset AWS_ENDPOINT_URL_S3 to redrive it`
        : `${execution} ran on the S3 at ${kept.otherS3}: set AWS_ENDPOINT_URL_S3=${kept.otherS3} to redrive it`,
    );
  }
  const log = (line: string) => {
    if (!options.quiet) process.stderr.write(`${line}\n`);
  };
  const interruption = listenForInterrupt();
  let target: Target | undefined;
  try {
    target =
      stage === undefined
        ? await localTarget({
            stateDir,
            deployment: kept ?? chooseDeployment({}, process.env),
            asked: kept !== undefined,
            readOnly: false,
            log,
          })
        : await stageTarget(stage);
    if (interruption.signal.aborted) {
      log("Interrupted before the redrive started");
      return INTERRUPTED;
    }
    const arn = executionArn(target, execution);
    const lastEvent = await redrive(target, arn, options);
    return await showExecution(
      target,
      arn,
      interruption,
      {
        json: options.json ?? false,
        quiet: options.quiet ?? false,
        stateDir,
        stage,
      },
      lastEvent,
    );
  } finally {
    interruption.close();
    await target?.close();
  }
}

/** The endpoint of the S3 that a run would use now. Undefined for the local S3. */
async function otherS3InUse(stateDir: string): Promise<string | undefined> {
  const running = await findRunning(stateDir);
  if (running === undefined) return process.env.AWS_ENDPOINT_URL_S3;
  return running.s3Endpoint === running.endpoint ? undefined : running.s3Endpoint;
}

/** Starts the redrive and returns the ID of the last event before the redrive. */
async function redrive(target: Target, arn: string, options: RedriveOptions): Promise<number> {
  try {
    let lastEvent = 0;
    for await (const event of readHistory(target, arn)) lastEvent = event.id ?? lastEvent;
    await target.stepFunctions.send(new RedriveExecutionCommand({ executionArn: arn }));
    return lastEvent;
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist)
      throw new Failure(
        `The execution ${arn} does not exist. To list the executions: ${commandLine(["history"], options)}`,
      );
    if (error instanceof ExecutionNotRedrivable)
      throw new Failure(`${arn} cannot be redriven: ${error.message}`);
    throw error;
  }
}

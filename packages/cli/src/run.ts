/** `quest run`: one execution of the workflow. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { chooseDeployment, isChosen, type SourceOptions } from "./deployments.ts";
import { showExecution } from "./execution.ts";
import { Failure } from "./failure.ts";
import { localTarget } from "./local-target.ts";
import { stageTarget } from "./stage-target.ts";

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
  const sources: SourceOptions = {
    source: options.source,
    populationSource: options.populationSource,
    contact: options.contact,
    concurrency: options.concurrency,
    maxRemovedShare: options.maxRemovedShare,
    bucketPrefix: options.bucketPrefix,
  };
  const input = executionInput(options, stage === undefined ? LOCAL_SETTLE_SECONDS : undefined);
  if (stage !== undefined && isChosen(sources))
    throw new Failure(
      "--stage runs the deployed workflow with the sources of its deployment: leave the source options out",
    );
  const deployment = chooseDeployment(sources, process.env);
  const log = (line: string) => {
    if (!options.quiet) process.stderr.write(`${line}\n`);
  };
  const target =
    stage === undefined
      ? await localTarget({ stateDir, deployment, asked: isChosen(sources), onlyLooks: false, log })
      : await stageTarget(stage);
  try {
    const name = executionName(new Date());
    const started = await target.stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: target.stateMachineArn,
        name,
        input: JSON.stringify(input),
      }),
    );
    return await showExecution(target, started.executionArn ?? "", {
      json: options.json ?? false,
      quiet: options.quiet ?? false,
      ...(stage === undefined ? { reportDir: join(stateDir, "reports") } : {}),
    });
  } finally {
    await target.close();
  }
}

/** A name that sorts by time, such as `2026-09-03T12-30-00Z-1f3a`. */
export function executionName(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(":", "-")}Z-${randomBytes(2).toString("hex")}`;
}

/**
 * The execution's input from the options: `--input` and what the others add to it. Its content is the workflow's to
 * check. Throws Failure where `--input` is no JSON object, and where it contradicts an option.
 */
export function executionInput(
  options: Pick<RunOptions, "input" | "survey" | "settle" | "acceptSource">,
  defaultSettle: number | undefined,
): Record<string, unknown> {
  const given = parseInput(options.input ?? "{}");
  const survey = options.survey ?? given.survey ?? "pr";
  const acceptSource = options.acceptSource?.map((file) =>
    file.startsWith("bls/") || file.startsWith("usa-api-sync/") ? file : `bls/${String(survey)}/${file}`,
  );
  const added = { survey: options.survey, settleSeconds: options.settle, acceptSource };
  const input: Record<string, unknown> = { ...given };
  for (const [key, value] of Object.entries(added)) {
    if (value === undefined) continue;
    if (input[key] !== undefined && JSON.stringify(input[key]) !== JSON.stringify(value))
      throw new Failure(`${key} is given twice, in --input and as an option, with different values`);
    input[key] = value;
  }
  if (input.settleSeconds === undefined && defaultSettle !== undefined) input.settleSeconds = defaultSettle;
  return input;
}

function parseInput(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Failure(`--input is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Failure(`--input must be a JSON object, such as '{"verify":true}'`);
  return { ...value };
}

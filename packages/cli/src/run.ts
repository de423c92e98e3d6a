/** `quest run`: one execution of the workflow. */
import { randomBytes } from "node:crypto";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { defaultSurvey } from "@data-quest/core/constants";
import { acceptedFiles } from "./accepted-files.ts";
import { chooseDeployment, isChosen, type SourceOptions, sourceOptions } from "./deployments.ts";
import { showExecution } from "./execution.ts";
import { executionInput, type InputOptions } from "./execution-input.ts";
import { Failure } from "./failure.ts";
import { INTERRUPTED, listenForInterrupt } from "./interruption.ts";
import { localTarget } from "./local-target.ts";
import { rememberedNote, rememberedOptions, rememberSource } from "./remembered-source.ts";
import { checkSampleFits } from "./sample-checks.ts";
import { stageTarget } from "./stage-target.ts";
import { ALL_SURVEYS_PREFIX, type Target } from "./target.ts";

export type RunOptions = SourceOptions &
  InputOptions & {
    stateDir: string;
    stage?: string;
    json?: boolean;
    quiet?: boolean;
    /** Replaces all held files without asking. */
    yes?: boolean;
  };

/** The default `settleSeconds` of a local run: on a laptop there is nothing to wait for. */
const LOCAL_SETTLE_SECONDS = 1;

/**
 * Starts an execution, follows it until it ends, and shows the answers. Returns the exit code. Throws Failure
 * for options that contradict each other, and for a run that could only fail.
 */
export async function runCommand(options: RunOptions): Promise<number> {
  const { stage, stateDir } = options;
  const chosen = sourceOptions(options);
  if (stage !== undefined && isChosen(chosen))
    throw new Failure(
      "--stage runs the deployed workflow, which has its own sources: leave out the source options",
    );
  const given = await executionInput(options);
  const isAll = given.survey === ALL_SURVEYS;
  const input = isAll ? allSurveysInput(given) : given;
  if (stage === undefined && !isAll) input.settleSeconds ??= LOCAL_SETTLE_SECONDS;
  const sources = stage === undefined ? rememberedOptions(stateDir, chosen) : chosen;
  const deployment = chooseDeployment(sources, process.env);
  const log = (line: string) => {
    if (!options.quiet) process.stderr.write(`${line}\n`);
  };
  // From here on, Ctrl-C stops whatever was started.
  const interruption = listenForInterrupt();
  let target: Target | undefined;
  try {
    target =
      stage === undefined
        ? await localTarget({ stateDir, deployment, asked: isChosen(chosen), readOnly: false, log })
        : await stageTarget(stage);
    const note = stage === undefined ? rememberedNote(chosen, target.source) : "";
    if (note !== "") log(note);
    if (!isAll) {
      const survey = String(input.survey ?? defaultSurvey);
      const accepted = await acceptedFiles(target, survey, options);
      if (accepted !== undefined) input.acceptSource = accepted;
      if (input.refresh !== false && accepted === undefined) await checkSampleFits(target, survey, options);
    }
    const stateMachineArn = isAll ? target.allSurveysArn : target.stateMachineArn;
    if (stateMachineArn === undefined)
      throw new Failure(`The stage ${stage} does not run all surveys: set surveys to "all" in its settings`);
    if (interruption.signal.aborted) {
      log("Interrupted before the execution started");
      return INTERRUPTED;
    }
    if (stage === undefined && isChosen(chosen)) rememberSource(stateDir, sources);
    const started = await target.stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn,
        name: `${isAll ? ALL_SURVEYS_PREFIX : ""}${executionName(new Date())}`,
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

/** Means all surveys. */
const ALL_SURVEYS = "all";
/** The keys that an input of AllSurveys may have. Each survey runs with its defaults. */
const ALL_SURVEYS_KEYS = ["refresh", "verify", "surveys"];

/** The input of AllSurveys. Throws Failure for options that do not apply. */
function allSurveysInput({ survey: _all, ...input }: Record<string, unknown>): Record<string, unknown> {
  const others = Object.keys(input).filter((key) => !ALL_SURVEYS_KEYS.includes(key));
  if (others.length > 0)
    throw new Failure(
      `--survey all runs each survey with its defaults, so it does not accept ${others.join(", ")}. Run a single survey instead.`,
    );
  return input;
}

/** A name that sorts by time, such as `2026-09-03T12-30-00Z-1f3a`. */
export function executionName(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(":", "-")}Z-${randomBytes(2).toString("hex")}`;
}

/** `quest console`: runs the web console of a state directory or a stage until Ctrl-C. */
import { once } from "node:events";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import type { Cost } from "@data-quest/console/api-types";
import { type Console, type Services, startConsole } from "@data-quest/console/console";
import type { Timeline } from "@data-quest/execution-history";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import {
  bucketNames,
  type Deployment,
  deployedFunctions,
  stateMachineArn,
} from "@data-quest/local/deployment/deployment";
import { readExecutionLog } from "@data-quest/local/execution-logs";
import type { LocalAws } from "@data-quest/local/local-aws";
import { commandLine } from "./command-line.ts";
import { costByFile, costByState } from "./cost-by-step.ts";
import { estimateCost } from "./cost-estimate.ts";
import { chooseDeployment, isChosen, type SourceOptions, sourceOptions } from "./deployments.ts";
import { Failure } from "./failure.ts";
import { localTarget } from "./local-target.ts";
import { openInBrowser } from "./open-in-browser.ts";
import { rememberedNote, rememberedOptions, rememberSource } from "./remembered-source.ts";
import { executionName } from "./run.ts";
import { writeSignInPage } from "./sign-in-page.ts";
import { stageTarget } from "./stage-target.ts";
import { executionArn, type Target } from "./target.ts";

export type ConsoleOptions = SourceOptions & {
  port?: number;
  stateDir: string;
  stage?: string;
  /** Whether to open the console in a browser. */
  open: boolean;
};

/**
 * Starts the console and opens it in the browser, at `execution` (a name or an ARN) if it is specified. Keeps
 * the console running until an interruption. Returns the exit code. Throws Failure if the port is taken.
 */
export async function consoleCommand(
  execution: string | undefined,
  options: ConsoleOptions,
): Promise<number> {
  const { stage, stateDir } = options;
  const chosen = sourceOptions(options);
  const sources = stage === undefined ? rememberedOptions(stateDir, chosen) : chosen;
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  const connectTarget = () =>
    stage === undefined
      ? localTarget({
          stateDir,
          deployment: chooseDeployment(sources, process.env),
          asked: isChosen(chosen),
          readOnly: false,
          keepsOthersUp: false,
          log,
        })
      : stageTarget(stage);
  // Connect before the page opens, so that the command reports a failure to connect.
  const first = await connectTarget();
  let unused: Target | undefined = first;
  try {
    if (stage === undefined && isChosen(chosen)) rememberSource(stateDir, sources);
    const note = stage === undefined ? rememberedNote(chosen, first.source) : "";
    if (note !== "") log(note);
    const console = await openConsole(
      async () => {
        const target = unused ?? (await connectTarget());
        unused = undefined;
        return servicesOf(target);
      },
      { port: options.port, stateDir, stage, log },
    );
    try {
      const link = console.link(execution === undefined ? undefined : executionArn(first, execution));
      await showUntil(interrupted, link, options.open, log);
    } finally {
      await console.close();
    }
  } finally {
    await unused?.close();
  }
  return 0;
}

/** Prints the link, opens it if requested, and waits for an interruption. */
async function showUntil(
  interrupted: Promise<unknown>,
  link: string,
  open: boolean,
  log: (line: string) => void,
): Promise<void> {
  process.stdout.write(`The console runs until you press Ctrl-C:\n  ${link}\n`);
  const signInPage = open ? writeSignInPage(link) : undefined;
  try {
    if (signInPage) await openInBrowser(signInPage.file).catch(explainClosedBrowser(log));
    await interrupted;
  } finally {
    signInPage?.remove();
  }
}

/** Handles a failure to open a browser: the user can still open the link. Rethrows other errors. */
function explainClosedBrowser(log: (line: string) => void): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Failure)) throw error;
    log("No browser could be opened: open the link yourself");
  };
}

/** Starts a console for the services that `connect` returns. Throws Failure if the port is taken. */
export async function openConsole(
  connect: () => Promise<Services>,
  place: {
    port: number | undefined;
    stateDir: string;
    stage?: string | undefined;
    log: (line: string) => void;
  },
): Promise<Console> {
  const { port = 0, stateDir, stage, log } = place;
  try {
    return await startConsole({
      port,
      connect,
      title: stage === undefined ? stateDir : `stage ${stage}`,
      executionName: () => executionName(new Date()),
      runCommand: (input) =>
        commandLine(["run", ...(input === "{}" ? [] : ["--input", input])], { stage, stateDir }),
      estimateCost: executionCost,
      log,
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
      throw new Failure(
        `Port ${port} on 127.0.0.1 is taken: choose another --port, or leave out --port to use any free port`,
      );
    throw error;
  }
}

/** The cost of an execution: the total, as in `quest cost`, and by state and file. */
export function executionCost(timeline: Timeline): Cost {
  const functions = deployedFunctions();
  return {
    ...estimateCost(timeline, functions),
    states: costByState(timeline, functions),
    files: costByFile(timeline, functions),
  };
}

/** What the console needs from a local AWS that runs in this process. */
export function servicesAt(
  { endpoint, s3Endpoint }: Pick<LocalAws, "endpoint" | "s3Endpoint">,
  { stateDir, deployment }: { stateDir: string; deployment: Deployment },
): Services {
  const settings = clientSettings(localEnvironment());
  const stepFunctions = new SFNClient({ endpoint, ...settings });
  const s3 = new S3Client({ endpoint: s3Endpoint, ...settings });
  return {
    stepFunctions,
    s3,
    buckets: bucketNames(deployment),
    stateMachineArns: [stateMachineArn, stateMachineArn.replace(/[^:]+$/, "AllSurveys")],
    pollMilliseconds: LOCAL_POLL_MILLISECONDS,
    readLog: (arn) => readExecutionLog(stateDir, arn),
    close: async () => {
      stepFunctions.destroy();
      s3.destroy();
    },
  };
}

const LOCAL_POLL_MILLISECONDS = 50;

/** What the console needs from a target. */
export function servicesOf(target: Target): Services {
  const { stepFunctions, s3, buckets, stateMachineArn, allSurveysArn, pollInterval, readLog, close } = target;
  return {
    stepFunctions,
    s3,
    buckets,
    stateMachineArns: [stateMachineArn, ...(allSurveysArn === undefined ? [] : [allSurveysArn])],
    pollMilliseconds: pollInterval,
    readLog,
    close,
  };
}

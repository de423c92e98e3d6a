import { pipelineName } from "@data-quest/core/constants";
import { analyze, discoverFiles, fetchPopulation, syncFile } from "./functions.ts";
import { faultsOfOneFile, retryBusy, retryTransient } from "./retries.ts";
import { settings } from "./stage.ts";
import { withTimeouts } from "./timeouts.ts";
import { invoke, narrowWorkflowRole, workflowLogGroupName } from "./workflow-role.ts";

const { choice, lambdaInvoke, map, pass, succeed, wait } = sst.aws.StepFunctions;

/** The execution, which every step records in what it writes. */
const execution = {
  id: "{% $states.context.Execution.Id %}",
  name: "{% $states.context.Execution.Name %}",
  startTime: "{% $states.context.Execution.StartTime %}",
};

const discover = lambdaInvoke({
  name: "DiscoverFiles",
  comment: "Completes the run's settings and determines what to do with each file",
  function: discoverFiles,
  payload: { input: "{% $states.input %}", execution },
  assign: {
    settings: "{% $states.result.Payload.settings %}",
    listedAt: "{% $states.result.Payload.listedAt %}",
  },
  output: "{% $states.result.Payload %}",
})
  .retry(retryTransient)
  .retry(retryBusy);

/** The input of SyncFile: one item of the listing, and facts about the run. */
const syncPayload = (item: `{% ${string} %}`) => ({
  item,
  listedAt: "{% $listedAt %}",
  settings: "{% $settings %}",
  execution,
});

/**
 * The message of a function's failure: at most 300 characters, all printable ASCII. The cause is JSON unless
 * it was truncated. A timeout may have no cause.
 */
const shortCause = String.raw`{% (
  $cause := $length($states.input.Cause) > 0 ? $states.input.Cause : 'The step ran out of time';
  $message := $contains($cause, /^\{.*\}$/) ? $parse($cause).errorMessage : $cause;
  $substring($replace($replace($message, /["\x5c]/, "'"), /[^ -~]/, "?"), 0, 300)
) %}`.replace(/\s+/g, " ");

/**
 * One iteration of SyncFiles. SST's Catch has neither Output nor Assign, so a variable keeps the item for
 * RecordFailure, and the output of RecordFailure is the result of the iteration.
 */
const recordFailure = pass({
  name: "RecordFailure",
  comment: "Records the fault of a single file, so that the other files are synced and analyzed",
  output: {
    key: "{% 'bls/' & $settings.survey & '/' & $item.path %}",
    action: "failed",
    error: "{% $states.input.Error %}",
    cause: shortCause,
  },
});
const syncOne = pass({
  name: "KeepItem",
  comment: "Keeps the item for RecordFailure",
  assign: { item: "{% $states.input %}" },
}).next(
  lambdaInvoke({
    name: "SyncFile",
    comment: "Brings one file up to date in Bronze",
    function: syncFile,
    payload: syncPayload("{% $item %}"),
    output: "{% $states.result.Payload %}",
  })
    .retry(retryTransient)
    .retry(retryBusy)
    .catch(recordFailure, { errors: faultsOfOneFile }),
);

// `[...]` always yields a list. Without it, a filter with one match returns an object, and a filter with no match
// returns nothing.
const sync = map({
  name: "SyncFiles",
  comment: "One iteration per file; the next states read the exact versions in $files",
  items: "{% [$states.input.items] %}",
  maxConcurrency: "{% $settings.concurrency %}",
  processor: syncOne,
  assign: {
    files: "{% [$states.input.present, $states.result] %}",
    failedItems:
      "{% [$filter($states.input.items, function($item, $index) { $states.result[$index].action = 'failed' })] %}",
  },
  output: {
    files: "{% $count([$states.input.present, $states.result]) %}",
    created: "{% $count($states.result[action = 'created']) %}",
    updated: "{% $count($states.result[action = 'updated']) %}",
    unchanged: "{% $count($states.result[action = 'unchanged']) %}",
    removed: "{% $count($states.result[action = 'removed']) %}",
    held: "{% $count($states.result[action = 'held']) %}",
    failed: "{% $count($states.result[action = 'failed']) %}",
  },
});

const population = lambdaInvoke({
  name: "FetchPopulation",
  comment: "Brings the nation's population up to date in Bronze",
  function: fetchPopulation,
  payload: { settings: "{% $settings %}", execution },
  assign: { population: "{% $states.result.Payload %}" },
  output: "{% $states.result.Payload %}",
})
  .retry(retryTransient)
  .retry(retryBusy);

const settle = wait({
  name: "Settle",
  comment: "A pause that the input can request, before the files are read",
  time: "{% $settings.settleSeconds %}",
});

const analysisPayload = {
  settings: "{% $settings %}",
  files: "{% $files %}",
  population: "{% $population %}",
  execution,
};

const analyzeAgain = lambdaInvoke({
  name: "AnalyzeAgain",
  comment: "Answers the questions once more, now including the files that had failed",
  function: analyze,
  payload: { ...analysisPayload, resynced: "{% [$states.input.key] %}" },
  output: "{% $states.result.Payload %}",
}).retry(retryTransient);

const syncFailed = map({
  name: "SyncFailedFiles",
  comment:
    "Syncs the failed files again, without a Catch: if one fails again, the run fails with its error, and a redrive starts here",
  items: "{% $failedItems %}",
  maxConcurrency: "{% $settings.concurrency %}",
  processor: lambdaInvoke({
    name: "SyncFailedFile",
    comment: "Brings a previously failed file up to date in Bronze",
    function: syncFile,
    payload: syncPayload("{% $states.input %}"),
    output: "{% $states.result.Payload %}",
  })
    .retry(retryTransient)
    .retry(retryBusy),
  assign: { files: "{% [$files[action != 'failed'], $states.result] %}" },
});
syncFailed.next(analyzeAgain);

const answer = lambdaInvoke({
  name: "Analyze",
  comment: "Answers the questions; for a file that failed, reads the last good version",
  function: analyze,
  payload: analysisPayload,
  output: "{% $states.result.Payload %}",
}).retry(retryTransient);

// `when` and `otherwise` expect a path's first state, and `a.next(b)` returns b, so the path of the failed
// files is built above.
const anyFailed = choice({ name: "AnyFileFailed", comment: "Syncs the failed files again, if there are any" })
  .when("{% $count($failedItems) > 0 %}", syncFailed)
  .otherwise(succeed({ name: "AllFilesSynced" }));

// A link passes on the ARN and grants nothing.
sst.Linkable.wrap(sst.aws.StepFunctions, (machine) => ({ properties: { arn: machine.arn } }));
narrowWorkflowRole(pipelineName, [invoke(discoverFiles, syncFile, fetchPopulation, analyze)]);

/**
 * The whole run. Its one Catch for files records the faults of single files, so that one bad file does not
 * affect the others. If a file fails again afterward, the run fails in SyncFailedFiles, so that the console shows
 * this step in red and a redrive starts from it. Every step is safe to run twice.
 */
export const pipeline = new sst.aws.StepFunctions(pipelineName, {
  type: "standard",
  definition: discover.next(sync).next(population).next(settle).next(answer).next(anyFailed),
  logging: { level: "all", includeData: true },
  transform: {
    logGroup: { name: workflowLogGroupName(pipelineName), retentionInDays: settings.logRetentionDays },
    stateMachine: (args) => {
      args.tracingConfiguration = { enabled: true };
      args.definition = withTimeouts(args.definition, {
        DiscoverFiles: discoverFiles,
        SyncFile: syncFile,
        SyncFailedFile: syncFile,
        FetchPopulation: fetchPopulation,
        Analyze: analyze,
        AnalyzeAgain: analyze,
      });
    },
  },
});

/** An ARN pattern for the executions of the workflow. */
export const executions = pipeline.arn.apply((arn) => `${arn.replace(":stateMachine:", ":execution:")}:*`);

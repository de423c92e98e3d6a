import { pipelineName } from "@data-quest/core/constants";
import { analyze, discoverFiles, fetchPopulation, syncFile } from "./functions.ts";
import { againWhenBusy, againWhenItCanPass } from "./retries.ts";
import { settings } from "./stage.ts";
import { withTimeouts } from "./timeouts.ts";
import { narrowWorkflowRole, workflowLogGroupName } from "./workflow-role.ts";

const { lambdaInvoke, map, wait } = sst.aws.StepFunctions;

/** Every step knows the execution that it belongs to: it goes into what the step writes. */
const execution = {
  id: "{% $states.context.Execution.Id %}",
  name: "{% $states.context.Execution.Name %}",
  startTime: "{% $states.context.Execution.StartTime %}",
};

const discover = lambdaInvoke({
  name: "DiscoverFiles",
  comment: "Fills in the run's settings and says what is to be done with each file",
  function: discoverFiles,
  payload: { input: "{% $states.input %}", execution },
  assign: { settings: "{% $states.result.Payload.settings %}" },
  output: "{% $states.result.Payload %}",
})
  .retry(againWhenItCanPass)
  .retry(againWhenBusy);

const syncOne = lambdaInvoke({
  name: "SyncFile",
  comment: "Brings one file up to date in Bronze",
  function: syncFile,
  payload: "{% $states.input %}",
  output: "{% $states.result.Payload %}",
})
  .retry(againWhenItCanPass)
  .retry(againWhenBusy);

// [...] keeps a list a list: a filter with one hit gives an object, one with none gives nothing.
const sync = map({
  name: "SyncFiles",
  comment: "One iteration per file; the next states read the exact versions in $files",
  items: "{% [$states.input.items] %}",
  itemSelector: {
    item: "{% $states.context.Map.Item.Value %}",
    listedAt: "{% $states.input.listedAt %}",
    settings: "{% $settings %}",
    execution,
  },
  maxConcurrency: "{% $settings.concurrency %}",
  processor: syncOne,
  assign: { files: "{% [$states.input.present, $states.result] %}" },
  output: {
    files: "{% $count([$states.input.present, $states.result]) %}",
    created: "{% $count($states.result[action = 'created']) %}",
    updated: "{% $count($states.result[action = 'updated']) %}",
    unchanged: "{% $count($states.result[action = 'unchanged']) %}",
    removed: "{% $count($states.result[action = 'removed']) %}",
    held: "{% $count($states.result[action = 'held']) %}",
  },
});

const population = lambdaInvoke({
  name: "FetchPopulation",
  comment: "Brings the nation's population up to date in Bronze",
  function: fetchPopulation,
  payload: { settings: "{% $settings %}", execution },
  output: "{% $states.result.Payload %}",
})
  .retry(againWhenItCanPass)
  .retry(againWhenBusy);

const settle = wait({
  name: "Settle",
  comment: "A pause that the input can ask for, before the files are read",
  time: "{% $settings.settleSeconds %}",
});

const answer = lambdaInvoke({
  name: "Analyze",
  comment: "Answers the questions from the versions that this execution wrote or found",
  function: analyze,
  payload: {
    settings: "{% $settings %}",
    files: "{% $files %}",
    population: "{% $states.input %}",
    execution,
  },
  output: "{% $states.result.Payload %}",
}).retry(againWhenItCanPass);

// A link passes on the ARN and grants nothing.
sst.Linkable.wrap(sst.aws.StepFunctions, (machine) => ({ properties: { arn: machine.arn } }));
narrowWorkflowRole("PipelineRole");

/**
 * The whole run. It has no Catch, so the step that failed is the one that the console shows in red and that a redrive
 * starts from; every step is safe to run twice.
 */
export const pipeline = new sst.aws.StepFunctions(pipelineName, {
  type: "standard",
  definition: discover.next(sync).next(population).next(settle).next(answer),
  logging: { level: "all", includeData: true },
  transform: {
    logGroup: { name: workflowLogGroupName, retentionInDays: settings.logRetentionDays },
    stateMachine: (args) => {
      args.tracingConfiguration = { enabled: true };
      args.definition = withTimeouts(args.definition, {
        DiscoverFiles: discoverFiles,
        SyncFile: syncFile,
        FetchPopulation: fetchPopulation,
        Analyze: analyze,
      });
    },
  },
});

/** Any execution of the workflow. */
export const executions = pipeline.arn.apply((arn) => `${arn.replace(":stateMachine:", ":execution:")}:*`);

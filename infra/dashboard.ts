import { allSurveysSetting, runMetricNames } from "@data-quest/core/constants";
import { freshness, functions } from "./alarms.ts";
import { metricsNamespace } from "./lambda.ts";
import { populationDeadLetters } from "./population-events.ts";
import { undelivered } from "./queues.ts";
import { physicalName, region, settings } from "./stage.ts";
import { pipeline } from "./workflow.ts";

type Metric = $util.Input<string | Record<string, unknown>>[];

const hour = 3600;
const day = 24 * hour;
const { created, updated, unchanged, removed, held, failed } = runMetricNames;

const ofPipeline = (name: string): Metric => ["AWS/States", name, "StateMachineArn", pipeline.arn];
/** A metric of each survey, or of all surveys together. */
const ofRuns = (name: string): Metric[] => {
  const metric = [metricsNamespace, name, "service", "Analyze"];
  return settings.surveys === allSurveysSetting
    ? [metric]
    : settings.surveys.map((survey) => [...metric, "survey", survey]);
};

/** Two widgets per row, each 12 of the dashboard's 24 columns wide. */
const widgets = [
  graph(
    "Runs",
    ["ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut"].map(ofPipeline),
    "Sum",
    day,
  ),
  graph("Duration of a run (ms)", [ofPipeline("ExecutionTime")], "Maximum", hour),
  graph("Files by action", [created, updated, unchanged, removed, held, failed].flatMap(ofRuns), "Sum", day),
  graph("Bytes stored", ofRuns(runMetricNames.bytesStored), "Sum", day),
  graph("Report freshness: synced runs", ofRuns(runMetricNames.syncedRuns), "Sum", hour),
  {
    type: "alarm",
    properties: { title: "No synced run in the last 26 hours", alarms: freshness.map(({ arn }) => arn) },
  },
  graph(
    "Duration of the functions (ms)",
    Object.values(functions).map((fn) => ["AWS/Lambda", "Duration", "FunctionName", fn.name]),
    "Maximum",
    hour,
  ),
  graph(
    "Dead letters",
    [undelivered, populationDeadLetters].map(({ name }) => [
      "AWS/SQS",
      "ApproximateNumberOfMessagesVisible",
      "QueueName",
      name,
    ]),
    "Maximum",
    hour,
  ),
].filter(({ type }) => type !== "alarm" || freshness.length > 0);

new aws.cloudwatch.Dashboard("Dashboard", {
  dashboardName: physicalName("Pipeline"),
  dashboardBody: $jsonStringify({
    widgets: widgets.map((widget, index) => ({
      ...widget,
      x: (index % 2) * 12,
      y: Math.floor(index / 2) * 6,
      width: 12,
      height: 6,
    })),
  }),
});

function graph(title: string, metrics: Metric[], stat: string, period: number) {
  return { type: "metric", properties: { title, metrics, stat, period, region, view: "timeSeries" } };
}

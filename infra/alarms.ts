/**
 * The alarms. None of them notifies when it enters OK, because each new alarm also enters OK when it gets its
 * first data. Failed executions are reported in more detail by execution-ends.ts.
 */
import { allSurveysName, allSurveysSetting, runMetricNames } from "@data-quest/core/constants";
import { listSurveys, summarizeSurveys } from "./all-surveys.ts";
import { updateTable } from "./catalog.ts";
import { reportFailure, updateIndex, writeAudit } from "./execution-ends.ts";
import { analyze, discoverFiles, fetchPopulation, syncFile } from "./functions.ts";
import { metricsNamespace } from "./lambda.ts";
import { populationDeadLetters, populationEvent } from "./population-events.ts";
import { undelivered } from "./queues.ts";
import { physicalName, settings } from "./stage.ts";
import { topic } from "./topic.ts";

const hourInSeconds = 3600;

export const functions = {
  DiscoverFiles: discoverFiles,
  SyncFile: syncFile,
  FetchPopulation: fetchPopulation,
  Analyze: analyze,
  PopulationEvent: populationEvent,
  WriteAudit: writeAudit,
  ReportFailure: reportFailure,
  UpdateIndex: updateIndex,
  UpdateTable: updateTable,
  ListSurveys: listSurveys,
  SummarizeSurveys: summarizeSurveys,
};

for (const [name, fn] of Object.entries(functions)) {
  const metric = { namespace: "AWS/Lambda", dimensions: { FunctionName: fn.name }, period: hourInSeconds };
  alarm(`${name}Errors`, {
    ...metric,
    alarmDescription: `${name} failed three times in an hour; transient errors were retried each time`,
    metricName: "Errors",
    statistic: "Sum",
    threshold: 3,
  });
  alarm(`${name}Throttles`, {
    ...metric,
    alarmDescription: `${name} was throttled: the account's concurrency is used up`,
    metricName: "Throttles",
    statistic: "Sum",
    threshold: 1,
  });
  alarm(`${name}Duration`, {
    ...metric,
    alarmDescription: `${name} took more than 80% of its timeout: raise the timeout before it fails`,
    metricName: "Duration",
    statistic: "Maximum",
    threshold: fn.nodes.function.timeout.apply((seconds) => (seconds ?? 0) * 1000 * 0.8),
  });
}

for (const [name, queue] of Object.entries({
  PopulationDeadLetters: populationDeadLetters,
  Undelivered: undelivered,
}))
  alarm(`${name}Messages`, {
    alarmDescription: `The queue ${name} has messages: docs/operations.md says how to replay them`,
    namespace: "AWS/SQS",
    dimensions: { QueueName: queue.name },
    period: 300,
    metricName: "ApproximateNumberOfMessagesVisible",
    statistic: "Maximum",
    threshold: 1,
  });

/**
 * Each scheduled survey must be synced within 26 hours: a day, the schedule's flexible window, and time to
 * run. If `surveys` is `all`, a single alarm watches AllSurveys, whose failure message lists the failed
 * surveys. Each alarm reports missing data rather than counting it as zero, so a newly deployed stage raises no
 * alarm before its first run.
 */
export const freshness = settings.scheduled ? freshnessAlarms() : [];

function freshnessAlarms(): aws.cloudwatch.MetricAlarm[] {
  const { surveys } = settings;
  if (surveys === allSurveysSetting)
    return [
      freshnessAlarm(allSurveysName, {
        alarmDescription: "No run of AllSurveys was completed in the last 26 hours",
        dimensions: { service: "SummarizeSurveys" },
        metricName: runMetricNames.completedAllSurveys,
      }),
    ];
  return surveys.map((survey) =>
    freshnessAlarm(survey, {
      alarmDescription: `No run has synced the survey ${survey} in the last 26 hours`,
      dimensions: { service: "Analyze", survey },
      metricName: runMetricNames.syncedRuns,
    }),
  );
}

function freshnessAlarm(
  what: string,
  metric: Pick<aws.cloudwatch.MetricAlarmArgs, "alarmDescription" | "dimensions" | "metricName">,
): aws.cloudwatch.MetricAlarm {
  return alarm(`NotSynced-${what}`, {
    ...metric,
    namespace: metricsNamespace,
    statistic: "Sum",
    period: hourInSeconds,
    evaluationPeriods: 26,
    threshold: 1,
    comparisonOperator: "LessThanThreshold",
    treatMissingData: "missing",
    insufficientDataActions: [topic.arn],
  });
}

function alarm(
  name: string,
  args: Omit<aws.cloudwatch.MetricAlarmArgs, "comparisonOperator" | "evaluationPeriods"> &
    Partial<Pick<aws.cloudwatch.MetricAlarmArgs, "comparisonOperator" | "evaluationPeriods">>,
): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm(name, {
    name: physicalName(name),
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    evaluationPeriods: 1,
    treatMissingData: "notBreaching",
    alarmActions: [topic.arn],
    ...args,
  });
}

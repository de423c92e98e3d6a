import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { runMetricNames } from "@data-quest/core/constants";
import { entryOf, SurveyOutcome, summarize } from "@data-quest/core/surveys/summary";
import { readIndex, updateIndex } from "@data-quest/core/surveys/survey-index";
import { Execution } from "@data-quest/core/workflow";
import * as z from "zod";
import { gold } from "./buckets.ts";
import { handle } from "./handler.ts";

const Event = z.strictObject({ outcomes: z.array(SurveyOutcome), execution: Execution });

const metrics = new Metrics();

/** Summarizes the surveys' executions, and completes the index of surveys. */
export const handler = handle(Event, async ({ outcomes, execution }) => {
  const { index } = await readIndex(gold);
  const recorded = new Set(index.surveys.map((entry) => entry.execution));
  const missing = outcomes.filter((outcome) => !recorded.has(outcome.execution));
  await updateIndex(
    gold,
    missing.map((outcome) => entryOf(outcome, execution)),
  );
  const summary = summarize(outcomes);
  metrics.addMetric(runMetricNames.completedAllSurveys, MetricUnit.Count, 1);
  metrics.addMetric(runMetricNames.failedSurveys, MetricUnit.Count, summary.failed.length);
  metrics.publishStoredMetrics();
  return summary;
});

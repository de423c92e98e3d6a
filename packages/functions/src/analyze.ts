import { Metrics } from "@aws-lambda-powertools/metrics";
import { analyzeStep } from "@data-quest/core/analysis/analyze-step";
import { AnalysisEvent } from "@data-quest/core/analysis/result";
import { allSurveysSetting } from "@data-quest/core/constants";
import { Resource } from "sst";
import { bronze, gold, silver } from "./buckets.ts";
import { handle } from "./handler.ts";
import { emitRunMetrics } from "./run-metrics.ts";

const metrics = new Metrics();

export const handler = handle(AnalysisEvent, async (event) => {
  const result = await analyzeStep(event, { bronze, silver, gold }, new Date());
  // CloudWatch charges for each metric of each survey, so a stage with all surveys has one set of metrics for
  // all of them.
  emitRunMetrics(metrics, event, { perSurvey: Resource.Sources.surveys !== allSurveysSetting });
  return result;
});

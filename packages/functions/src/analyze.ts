import { Metrics } from "@aws-lambda-powertools/metrics";
import { analyzeStep } from "@data-quest/core/analysis/analyze-step";
import { AnalysisEvent } from "@data-quest/core/analysis/result";
import { handle } from "./handler.ts";
import { bronze, gold, silver } from "./resources.ts";
import { emitRunMetrics } from "./run-metrics.ts";

const metrics = new Metrics();

export const handler = handle(AnalysisEvent, async (event) => {
  const result = await analyzeStep(event, { bronze, silver, gold }, new Date());
  emitRunMetrics(metrics, event);
  return result;
});

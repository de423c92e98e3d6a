import { Metrics } from "@aws-lambda-powertools/metrics";
import { analyze } from "@data-quest/core/analysis/analyze";
import { AnalysisInput } from "@data-quest/core/analysis/result";
import { handle } from "./handler.ts";
import { bronze, gold, silver } from "./resources.ts";
import { emitRunMetrics } from "./run-metrics.ts";

const metrics = new Metrics();

export const handler = handle(AnalysisInput, async (input) => {
  const result = await analyze(input, { bronze, silver, gold }, new Date());
  emitRunMetrics(metrics, input);
  return result;
});

/** The metrics of a run, which the alarms and the dashboard in infra/ go by. */
import { type Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { AnalysisInput } from "@data-quest/core/analysis/result";
import { runMetricNames } from "@data-quest/core/constants";
import { SyncAction } from "@data-quest/core/workflow";

type Metric = { name: string; unit: (typeof MetricUnit)[keyof typeof MetricUnit]; value: number };

/**
 * What a run did, as metrics: SyncedRuns (1), the files by action, and the bytes that were stored. None for a run without
 * refresh: the alarm on stale data must not take it for a synced one.
 */
export function runMetrics({ settings, files, population }: AnalysisInput): Metric[] {
  if (!settings.refresh) return [];
  const all = [...files, population];
  const stored = all.filter(({ action }) => action === "created" || action === "updated");
  return [
    { name: runMetricNames.syncedRuns, unit: MetricUnit.Count, value: 1 },
    ...SyncAction.options.map((action) => ({
      name: runMetricNames[action],
      unit: MetricUnit.Count,
      value: all.filter((file) => file.action === action).length,
    })),
    {
      name: runMetricNames.bytesStored,
      unit: MetricUnit.Bytes,
      value: stored.reduce((sum, { bytes }) => sum + bytes, 0),
    },
  ];
}

/** Prints the metrics of a run, by its survey, in the form in which CloudWatch takes them from a log. */
export function emitRunMetrics(metrics: Metrics, input: AnalysisInput): void {
  const values = runMetrics(input);
  if (values.length === 0) return;
  metrics.addDimension("survey", input.settings.survey);
  for (const { name, unit, value } of values) metrics.addMetric(name, unit, value);
  metrics.publishStoredMetrics();
}

/** The metrics of a run, which the alarms and the dashboard in infra/ use. */
import { type Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { AnalysisEvent } from "@data-quest/core/analysis/result";
import { runMetricNames } from "@data-quest/core/constants";
import { SyncAction } from "@data-quest/core/workflow";

type Metric = { name: string; unit: (typeof MetricUnit)[keyof typeof MetricUnit]; value: number };

/**
 * The metrics of a run: SyncedRuns (1 if no file has failed), the files by action, and the bytes that were
 * stored. An execution's second analysis counts only the files that had failed before the first analysis. A run
 * without refresh has no metrics: the alarm for stale data must not count it as a synced run.
 */
export function runMetrics({ settings, files, population, resynced }: AnalysisEvent): Metric[] {
  if (!settings.refresh) return [];
  const counted = resynced ? files.filter(({ key }) => resynced.includes(key)) : [...files, population];
  const bytesStored = counted.reduce(
    (sum, file) => sum + (file.action === "created" || file.action === "updated" ? file.bytes : 0),
    0,
  );
  const synced = files.some(({ action }) => action === "failed") ? 0 : 1;
  return [
    { name: runMetricNames.syncedRuns, unit: MetricUnit.Count, value: synced },
    ...([...SyncAction.options, "failed"] as const).map((action) => ({
      name: runMetricNames[action],
      unit: MetricUnit.Count,
      value: counted.filter((file) => file.action === action).length,
    })),
    { name: runMetricNames.bytesStored, unit: MetricUnit.Bytes, value: bytesStored },
  ];
}

/**
 * Prints the metrics of a run, with its survey as a dimension if `perSurvey` is set, in the log format that
 * CloudWatch extracts metrics from.
 */
export function emitRunMetrics(
  metrics: Metrics,
  event: AnalysisEvent,
  { perSurvey }: { perSurvey: boolean },
): void {
  const values = runMetrics(event);
  if (values.length === 0) return;
  if (perSurvey) metrics.addDimension("survey", event.settings.survey);
  for (const { name, unit, value } of values) metrics.addMetric(name, unit, value);
  metrics.publishStoredMetrics();
}

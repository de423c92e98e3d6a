/**
 * The audit log: one CSV per execution in Gold, built from the execution's history after the execution ended.
 */
import { auditsPrefix } from "../constants.ts";
import { csvRecord } from "../csv.ts";
import { type Bucket, putObject } from "../storage/objects.ts";
import type { Execution } from "../workflow.ts";
import type { AuditRow } from "./rows.ts";

/** The columns of an audit CSV, in order. `duration` is in milliseconds. */
export const auditColumns = [
  "time",
  "file",
  "action",
  "reason",
  "bytes",
  "sha256",
  "version",
  "listed_modified",
  "listed_bytes",
  "source_modified",
  "attempts",
  "duration",
  "error",
] as const;

/** The prefix of all audits of a survey. */
export function auditPrefix(survey: string): string {
  return `${auditsPrefix}${survey}/`;
}

/**
 * The key of an execution's audit, by survey and by the year and month (UTC) in which the execution started.
 */
export function auditKey(survey: string, execution: Execution): string {
  const [year, month] = execution.startTime.split("-");
  return `${auditPrefix(survey)}${year}/${month}/${execution.name}.csv`;
}

/** The rows as CSV, with a header. */
export function auditCsv(rows: readonly AuditRow[]): string {
  return [
    csvRecord(auditColumns),
    ...rows.map((row) =>
      csvRecord([
        row.time,
        row.file,
        row.action,
        row.reason,
        { number: row.bytes },
        row.sha256 ?? "",
        row.versionId ?? "",
        row.listedModified ?? "",
        { number: row.listedBytes },
        row.sourceModified ?? "",
        { number: row.attempts },
        { number: row.duration },
        row.error ?? "",
      ]),
    ),
  ].join("");
}

/**
 * Writes an execution's audit, and replaces an earlier audit of the same execution (from before a redrive).
 * Returns the key.
 */
export async function writeAudit(
  gold: Bucket,
  survey: string,
  execution: Execution,
  status: string,
  rows: readonly AuditRow[],
): Promise<string> {
  const key = auditKey(survey, execution);
  await putObject(gold, key, auditCsv(rows), {
    contentType: "text/csv; charset=utf-8",
    metadata: { execution: execution.id, status },
  });
  return key;
}

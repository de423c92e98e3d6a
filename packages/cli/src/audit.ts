/** `quest audit`: what runs did with each file, from the audit log in Gold. */
import { type Audit, readAudits } from "@data-quest/core/audit/read-audits";
import type { AuditRow } from "@data-quest/core/audit/rows";
import * as z from "zod";
import { commandLine } from "./command-line.ts";
import { Failure } from "./failure.ts";
import { shortFileKey } from "./file-key.ts";
import { ACTION_STYLE } from "./progress.ts";
import { type ReadOnlyOptions, readOnlyTarget } from "./read-only-target.ts";
import { similarSurveys } from "./similar-surveys.ts";
import { type Column, outputPlace, tableLines } from "./table.ts";
import { bucketOf } from "./target.ts";
import { formatBytes, type Span, type Style } from "./terminal.ts";

export type AuditOptions = ReadOnlyOptions & {
  survey?: string;
  since?: string;
  file?: string;
  json?: boolean;
};

/**
 * Prints the audits that the options select, oldest first. Returns the exit code: 1 if a file is requested
 * and no audit record matches it, else 0.
 */
export async function auditCommand(options: AuditOptions): Promise<number> {
  const { survey, file, json } = options;
  const since = options.since === undefined ? undefined : dateOf(options.since);
  const target = await readOnlyTarget(options);
  try {
    const selection = { ...(survey === undefined ? {} : { survey }), ...(since ? { since } : {}) };
    const audits = (await readAudits(bucketOf(target, "gold"), selection))
      .map((audit) => ({ ...audit, rows: audit.rows.filter((row) => isFile(row, file)) }))
      .filter(({ rows }) => file === undefined || rows.length > 0);
    if (json) process.stdout.write(`${JSON.stringify(audits, null, 2)}\n`);
    else if (audits.length === 0)
      process.stderr.write(
        `No audit records match. ${(survey && similarSurveys(survey)) || `To list the executions: ${commandLine(["history"], options)}`}\n`,
      );
    else process.stdout.write(text(audits));
    return audits.length === 0 && file !== undefined ? 1 : 0;
  } finally {
    await target.close();
  }
}

const Day = z.iso.date();
const Time = z.union([
  z.iso.datetime({ offset: true }),
  z.iso.datetime({ offset: true, precision: -1 }), // minutes
]);

/** The start of a day (midnight UTC), or a time (in UTC by default). Throws Failure for anything else. */
function dateOf(since: string): Date {
  if (Day.safeParse(since).success) return new Date(since);
  const time = Time.safeParse(/Z$|[+-]\d\d:\d\d$/.test(since) ? since : `${since}Z`);
  if (time.success) return new Date(time.data);
  throw new Failure(
    `--since ${since}: expected a day such as 2026-09-03, or a time (UTC) such as 2026-09-03T12:30`,
  );
}

function isFile(row: AuditRow, name: string | undefined): boolean {
  return name === undefined || row.file === name || row.file.endsWith(`/${name}`);
}

const COLUMNS: Column[] = [
  { name: "time (UTC)" },
  { name: "execution" },
  { name: "action" },
  { name: "size", align: "right" },
  { name: "tries", align: "right" },
  { name: "file", shrinks: true },
  { name: "reason", shrinks: true },
];

const STYLES: Readonly<Record<string, Style>> = { ...ACTION_STYLE, aborted: "yellow", FAILED: "red" };

function text(audits: readonly Audit[]): string {
  const rows = audits.flatMap(({ execution, status, writtenAt, rows }) =>
    rows.length === 0
      ? [rowOf(writtenAt, execution, status, "", "", "", "the execution ended before it had a listing")]
      : rows.map(({ time, action, bytes, attempts, file, error, reason }) =>
          rowOf(
            time,
            execution,
            action,
            bytes === null ? "" : formatBytes(bytes),
            String(attempts),
            shortFileKey(file),
            (error ?? reason).replaceAll(/\s+/g, " "),
          ),
        ),
  );
  return `${tableLines(COLUMNS, rows, outputPlace()).join("\n")}\n`;
}

function rowOf(time: string, execution: string, action: string, ...rest: string[]): Span[] {
  const style = STYLES[action];
  return [
    `${time.slice(0, 10)} ${time.slice(11, 16)}`,
    execution,
    style === undefined ? action : { text: action, style },
    ...rest,
  ];
}

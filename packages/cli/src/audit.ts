/** `quest audit`: what runs did with each file, from the audit log in Gold. */
import { type Audit, readAudits } from "@data-quest/core/audit/read-audits";
import type { AuditRow } from "@data-quest/core/audit/rows";
import * as z from "zod";
import { Failure } from "./failure.ts";
import { type LookOptions, lookTarget } from "./look-target.ts";
import { tableLines } from "./table.ts";
import { bucketOf } from "./target.ts";

export type AuditOptions = LookOptions & {
  survey?: string;
  since?: string;
  file?: string;
  json?: boolean;
};

/** Prints the audits that the options select, oldest first. Gives the exit code. */
export async function auditCommand(options: AuditOptions): Promise<number> {
  const { survey, file, json } = options;
  const since = options.since === undefined ? undefined : dateOf(options.since);
  const target = await lookTarget(options);
  try {
    const selection = { ...(survey === undefined ? {} : { survey }), ...(since ? { since } : {}) };
    const audits = (await readAudits(bucketOf(target, "gold"), selection))
      .map((audit) => ({ ...audit, rows: audit.rows.filter((row) => isFile(row, file)) }))
      .filter(({ rows }) => file === undefined || rows.length > 0);
    process.stdout.write(json ? `${JSON.stringify(audits, null, 2)}\n` : text(audits));
    return 0;
  } finally {
    await target.close();
  }
}

const Day = z.iso.date();
const Time = z.union([
  z.iso.datetime({ offset: true }),
  z.iso.datetime({ offset: true, precision: -1 }), // minutes
]);

/** A day, which begins at midnight UTC, or a time, UTC where it names no other. Throws Failure for anything else. */
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

const COLUMNS = [
  { name: "time (UTC)" },
  { name: "execution" },
  { name: "action" },
  { name: "bytes", align: "right" },
  { name: "tries", align: "right" },
  { name: "ms", align: "right" },
  { name: "sha256" },
  { name: "file" },
  { name: "why" },
] as const;

/** So much of a sha256 tells versions apart; --json has all of it. */
const SHORT_SHA256 = 12;

function text(audits: readonly Audit[]): string {
  if (audits.length === 0) return "No audit of that: npx quest history lists what ran\n";
  const rows = audits.flatMap(({ execution, status, writtenAt, rows }) =>
    rows.length === 0
      ? [
          [
            writtenAt.slice(0, 19),
            execution,
            status,
            "",
            "",
            "",
            "",
            "",
            "it ended before any file was looked at",
          ],
        ]
      : rows.map((row) => [
          row.time.slice(0, 19),
          execution,
          row.action,
          row.bytes === null ? "" : String(row.bytes),
          String(row.attempts),
          row.duration === null ? "" : String(row.duration),
          row.sha256?.slice(0, SHORT_SHA256) ?? "",
          row.file,
          row.error ?? row.reason,
        ]),
  );
  return `${tableLines(COLUMNS, rows).join("\n")}\n`;
}

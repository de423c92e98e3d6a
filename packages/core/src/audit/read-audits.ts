/** Reads the audit log. */
import { type CsvError, parse } from "csv-parse/sync";
import pMap from "p-map";
import * as z from "zod";
import { auditsPrefix } from "../constants.ts";
import { StorageRefused } from "../errors.ts";
import { schemaFaults } from "../schema-faults.ts";
import { type Bucket, headObject, listObjects, readObject } from "../storage/objects.ts";
import { SyncAction } from "../workflow.ts";
import { auditColumns } from "./audit-csv.ts";
import { type AuditRow, auditOutcomes } from "./rows.ts";

/** The audit of one execution. `writtenAt` is an ISO time after the execution's end. */
export type Audit = {
  key: string;
  survey: string;
  execution: string;
  status: string;
  writtenAt: string;
  rows: AuditRow[];
};

export type AuditSelection = {
  /** Only audits of this survey; audits of all surveys if omitted. */
  survey?: string;
  /** Only entries from this time on. */
  since?: Date;
};

const KEY = /^audit\/([^/]+)\/(\d{4})\/(\d{2})\/(.+)\.csv$/;
/** How many audits are read at a time. */
const AT_ONCE = 8;
/**
 * An upper limit for the days from the start of an execution to the last change of its audit. The audit is
 * stored under the month of the start. A redrive, at most 14 days after the execution ended, rewrites it.
 */
const LONGEST_EXECUTION_DAYS = 45;

/**
 * Reads the audits in Gold, oldest first. Throws StorageRefused for an object that is not an audit, and
 * storage errors.
 */
export async function readAudits(gold: Bucket, { survey, since }: AuditSelection): Promise<Audit[]> {
  const keys: string[] = [];
  const firstMonth = since && monthOf(new Date(since.getTime() - LONGEST_EXECUTION_DAYS * 86_400_000));
  for await (const { key } of listObjects(
    gold,
    survey === undefined ? auditsPrefix : `${auditsPrefix}${survey}/`,
  )) {
    const [, , year, month] = KEY.exec(key) ?? [];
    if (year !== undefined && (firstMonth === undefined || `${year}-${month}` >= firstMonth)) keys.push(key);
  }
  const audits = await pMap(keys, (key) => readAudit(gold, key, since), { concurrency: AT_ONCE });
  return audits.filter((audit) => audit !== undefined).sort((a, b) => a.writtenAt.localeCompare(b.writtenAt));
}

function monthOf(date: Date): string {
  return date.toISOString().slice(0, 7);
}

/** Reads one audit. Undefined if it is gone or older than `since`, or if all of its entries are older. */
async function readAudit(gold: Bucket, key: string, since: Date | undefined): Promise<Audit | undefined> {
  const head = await headObject(gold, key);
  if (head === undefined || (since && head.storedAt < since)) return undefined;
  const [, survey = "", , , execution = ""] = KEY.exec(key) ?? [];
  const text = (await readObject(gold, key, head.versionId)).toString("utf8");
  const all = auditRowsOf(text, `s3://${gold.name}/${key}`);
  const rows = since ? all.filter(({ time }) => new Date(time) >= since) : all;
  if (rows.length === 0 && all.length > 0) return undefined;
  return {
    key,
    survey,
    execution,
    status: head.metadata.status ?? "",
    writtenAt: head.storedAt.toISOString(),
    rows,
  };
}

const text = z.string().transform(plainText);
const textOrNull = text.transform((value) => (value === "" ? null : value));
const number = z
  .string()
  .regex(/^\d+$/)
  .transform((value) => Number(value));
const numberOrNull = z.union([z.literal("").transform(() => null), number]);

/** The fields of a CSV record, by column. */
const Record = z.object({
  time: z.iso.datetime(),
  file: text,
  action: z.enum([...SyncAction.options, ...auditOutcomes]),
  reason: text,
  bytes: numberOrNull,
  sha256: textOrNull,
  version: textOrNull,
  listed_modified: textOrNull,
  listed_bytes: numberOrNull,
  source_modified: textOrNull,
  attempts: number,
  duration: numberOrNull,
  error: textOrNull,
});

/** Removes the apostrophe that keeps a spreadsheet from reading text as a formula. */
function plainText(field: string): string {
  return /^'[=+\-@＝＋－＠\t\r\n]/.test(field) ? field.slice(1) : field;
}

/**
 * Reads the rows of an audit's CSV. If the text is not an audit, throws StorageRefused with `what` and the
 * record's number.
 */
export function auditRowsOf(csv: string, what: string): AuditRow[] {
  const [header = [], ...records] = parseCsv(csv, what);
  if (header.join() !== auditColumns.join())
    throw new StorageRefused(`${what} is not an audit: expected the columns ${auditColumns.join(", ")}`);
  return records.map((fields, index) => {
    const named = Object.fromEntries(auditColumns.map((column, position) => [column, fields[position]]));
    const { data, error } = Record.safeParse(named);
    if (error) throw new StorageRefused(`${what}: record ${index + 1} is not valid: ${schemaFaults(error)}`);
    const { version, listed_modified, listed_bytes, source_modified, ...same } = data;
    return {
      ...same,
      versionId: version,
      listedModified: listed_modified,
      listedBytes: listed_bytes,
      sourceModified: source_modified,
    };
  });
}

function parseCsv(csv: string, what: string): string[][] {
  try {
    return parse(csv);
  } catch (error) {
    if (!isCsvError(error)) throw error;
    throw new StorageRefused(`${what} is not a valid CSV file: ${error.message}`, { cause: error });
  }
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("CSV_");
}

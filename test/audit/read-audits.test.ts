import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { auditCsv, writeAudit } from "@data-quest/core/audit/audit-csv";
import { auditRowsOf, readAudits } from "@data-quest/core/audit/read-audits";
import type { AuditRow } from "@data-quest/core/audit/rows";
import { StorageRefused } from "@data-quest/core/errors";
import type { Bucket } from "@data-quest/core/storage/objects";
import { type S3Server, startS3Server } from "@data-quest/s3-server";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const row = (file: string, time: string, more: Partial<AuditRow> = {}): AuditRow => ({
  time,
  file,
  action: "created",
  reason: "new at the source",
  bytes: 12,
  sha256: "aa",
  versionId: "v1",
  listedModified: "2026-09-03T12:30:00.000Z",
  listedBytes: 12,
  sourceModified: "2026-09-03T12:30:30.000Z",
  attempts: 1,
  duration: 250,
  error: null,
  ...more,
});

describe("auditRowsOf", () => {
  test("returns every row that was written", () => {
    // Excludes text that starts with an apostrophe and a formula's sign: it looks like text that is already protected.
    const text = fc
      .oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom("=1+1", "-", 'a "b", c', "two\r\nlines", "\t", "\n", "＝1"),
      )
      .filter((value) => !/^'[=+\-@＝＋－＠\t\r\n]/.test(value));
    const textOrNull = fc.option(text.filter((value) => value !== ""));
    const countOrNull = fc.option(fc.nat());
    const rows = fc.array(
      fc.record<AuditRow>({
        time: fc.constantFrom("2026-09-03T12:30:00.123Z", "2024-02-29T23:59:59.999Z"),
        file: text,
        action: fc.constantFrom(
          "created",
          "updated",
          "unchanged",
          "removed",
          "held",
          "failed",
          "not started",
        ),
        reason: text,
        bytes: countOrNull,
        sha256: textOrNull,
        versionId: textOrNull,
        listedModified: textOrNull,
        listedBytes: countOrNull,
        sourceModified: textOrNull,
        attempts: fc.nat(),
        duration: countOrNull,
        error: textOrNull,
      }),
    );
    fc.assert(
      fc.property(rows, (all) => {
        expect(auditRowsOf(auditCsv(all), "it")).toEqual(all);
      }),
    );
  });

  test.each([
    ["", /is not an audit: expected the columns time, file, /],
    ["time,file\r\n", /is not an audit: expected the columns time, file, /],
    [`${auditCsv([])}"2026`, /s3:\/\/gold\/it is not a valid CSV file: Quote Not Closed/],
    [auditCsv([row("f", "yesterday")]), /record 1 is not valid: time: Invalid ISO datetime$/],
    [
      auditCsv([row("f", "2026-09-03T12:30:00.000Z")]).replace(",created,", ",made,"),
      /record 1 is not valid/,
    ],
  ])("refuses text that is not an audit: %j", (csv, message) => {
    expect(() => auditRowsOf(csv, "s3://gold/it")).toThrow(message);
    expect(() => auditRowsOf(csv, "s3://gold/it")).toThrow(StorageRefused);
  });
});

describe("readAudits", () => {
  let dir: string;
  let server: S3Server;
  let gold: Bucket;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "audits-"));
    server = await startS3Server({ dir });
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new S3Client({ endpoint: server.url, region: "us-east-1", credentials });
    await client.send(new CreateBucketCommand({ Bucket: "gold" }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket: "gold", VersioningConfiguration }));
    gold = { client, name: "gold" };
    const write = (survey: string, name: string, startTime: string, status: string, rows: AuditRow[]) =>
      writeAudit(gold, survey, { id: `arn:${name}`, name, startTime }, status, rows);
    await write("pr", "old", "2025-01-31T10:00:00.000Z", "SUCCEEDED", [
      row("bls/pr/a", "2025-01-31T10:00:01.000Z"),
    ]);
    await write("pr", "redriven", "2026-08-31T10:00:00.000Z", "SUCCEEDED", [
      row("bls/pr/a", "2026-08-31T10:00:01.000Z"),
      row("bls/pr/b", "2026-09-10T10:00:01.000Z"),
    ]);
    await write("cu", "other", "2026-09-02T10:00:00.000Z", "FAILED", []);
    await write("cu", "today", new Date().toISOString(), "FAILED", []);
    // Other files in audit/ are ignored.
    await client.send(new PutObjectCommand({ Bucket: "gold", Key: "audit/README", Body: "about audits" }));
  });
  afterAll(async () => {
    gold.client.destroy();
    await server.close();
    await rm(dir, { recursive: true });
  });

  const inShort = async (...selection: Parameters<typeof readAudits>[1][]) => {
    const audits = await readAudits(gold, selection[0] ?? {});
    return audits
      .map(({ execution, rows }) => `${execution} ${rows.map(({ file }) => file).join(" ")}`.trim())
      .sort();
  };

  test("returns the audits of all executions, including a failed execution without files", async () => {
    expect(await inShort()).toEqual(["old bls/pr/a", "other", "redriven bls/pr/a bls/pr/b", "today"]);
    const [failed] = (await readAudits(gold, { survey: "cu" })) ?? [];
    expect(failed).toMatchObject({ survey: "cu", execution: "other", status: "FAILED", rows: [] });
    expect(failed?.key).toBe("audit/cu/2026/09/other.csv");
  });

  test("returns the audits of one survey", async () => {
    expect(await inShort({ survey: "pr" })).toEqual(["old bls/pr/a", "redriven bls/pr/a bls/pr/b"]);
    expect(await inShort({ survey: "p" })).toEqual([]);
  });

  test("returns what happened since a given day, including in executions that started earlier", async () => {
    expect(await inShort({ since: new Date("2026-09-01") })).toEqual(["other", "redriven bls/pr/b", "today"]);
    // `redriven` ended earlier, although its audit was written later: its files must not appear here.
    expect(await inShort({ since: new Date("2026-09-11") })).toEqual(["other", "today"]);
    expect(await inShort({ since: new Date(Date.now() + 60_000) })).toEqual([]);
  });
});

/** The mirror: its files, their versions, version differences, restoring a version, and the audits. */
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { readAudits } from "@data-quest/core/audit/read-audits";
import { listVersions, restoreVersion } from "@data-quest/core/bronze/versions";
import { StorageRefused, VersionLost, WriteConflict } from "@data-quest/core/errors";
import { populationKey } from "@data-quest/core/population/population";
import { type Bucket, openObject } from "@data-quest/core/storage/objects";
import * as z from "zod";
import type { AuditEntry, FileRow } from "../../api-types.ts";
import type { ConsoleContext } from "../context.ts";
import { compareVersions } from "../file-diff.ts";
import { HttpError, type Route, readBody, required, sendJson, sendStream } from "../http.ts";
import type { Services } from "../services.ts";

const Restore = z.strictObject({ key: z.string().min(1), versionId: z.string().min(1) });

export function fileRoutes({ services }: ConsoleContext): Route[] {
  const bucket = async (name: keyof Services["buckets"]): Promise<Bucket> => {
    const { s3, buckets } = await services.get();
    return { client: s3, name: buckets[name] };
  };
  return [
    {
      method: "GET",
      path: /^\/api\/files$/,
      answer: async ({ response }) => sendJson(response, await listFiles(await bucket("bronze"))),
    },
    {
      method: "GET",
      path: /^\/api\/files\/versions$/,
      answer: async ({ response, url }) =>
        sendJson(response, await listVersions(await bucket("bronze"), required(url, "key"))),
    },
    {
      method: "GET",
      path: /^\/api\/files\/difference$/,
      answer: async ({ response, url }) => {
        const versions = { before: required(url, "before"), after: required(url, "after") };
        sendJson(response, await compareVersions(await bucket("bronze"), required(url, "key"), versions));
      },
    },
    {
      method: "GET",
      path: /^\/api\/files\/audit$/,
      answer: async ({ response, url }) =>
        sendJson(response, await auditOf(await bucket("gold"), required(url, "key"))),
    },
    {
      method: "GET",
      path: /^\/api\/files\/content$/,
      answer: async ({ response, url }) => {
        const key = required(url, "key");
        const { body, bytes } = await openObject(await bucket("bronze"), key, required(url, "version"));
        response.writeHead(200, {
          // The browser saves the file and never shows it: a source's content must not run in the console's origin.
          "content-type": "application/octet-stream",
          "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(key.split("/").at(-1) ?? "file")}`,
          "content-length": bytes,
        });
        await sendStream(response, body);
      },
    },
    {
      method: "POST",
      path: /^\/api\/files\/restore$/,
      answer: async (request) => {
        const { key, versionId } = await readBody(request, Restore);
        try {
          sendJson(request.response, await restoreVersion(await bucket("bronze"), key, versionId));
        } catch (error) {
          if (error instanceof StorageRefused || error instanceof VersionLost)
            throw new HttpError(400, error.message);
          if (error instanceof WriteConflict) throw new HttpError(409, error.message);
          throw error;
        }
      },
    },
  ];
}

/** The current files of all surveys, and the population. */
async function listFiles(bronze: Bucket): Promise<FileRow[]> {
  const files: FileRow[] = [];
  let token: string | undefined;
  do {
    const page = await bronze.client.send(
      new ListObjectsV2Command({ Bucket: bronze.name, ContinuationToken: token }),
    );
    for (const { Key: key = "", Size: bytes = 0, LastModified } of page.Contents ?? []) {
      const [, survey = "", name = ""] = /^bls\/([^/]+)\/(.+)$/.exec(key) ?? [];
      if (survey === "" && key !== populationKey) continue;
      files.push({
        key,
        survey: survey === "" ? "population" : survey,
        name: name === "" ? (key.split("/").at(-1) ?? key) : name,
        bytes,
        modified: LastModified?.toISOString() ?? "",
      });
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return files;
}

/** About a year of audits is read: older runs rarely matter for a current file. */
const AUDIT_DAYS = 400;
const MOST_ENTRIES = 500;

/** What the runs did with a file, newest first. The population belongs to every survey. */
async function auditOf(gold: Bucket, key: string): Promise<AuditEntry[]> {
  const survey = /^bls\/([^/]+)\//.exec(key)?.[1];
  const since = new Date(Date.now() - AUDIT_DAYS * 86_400_000);
  const audits = await readAudits(gold, { ...(survey === undefined ? {} : { survey }), since });
  return audits
    .flatMap(({ execution, rows }) =>
      rows.filter(({ file }) => file === key).map((row) => ({ ...row, execution })),
    )
    .sort((one, other) => other.time.localeCompare(one.time))
    .slice(0, MOST_ENTRIES);
}

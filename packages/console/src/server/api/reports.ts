/** Reports in Gold: the list, where each of a report's numbers comes from, and which reports came from a file. */
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { explorePageKey } from "@data-quest/core/constants";
import { type Bucket, headObject } from "@data-quest/core/storage/objects";
import pMap from "p-map";
import type { FileReport, ReportInput, ReportRow } from "../../api-types.ts";
import type { ConsoleContext } from "../context.ts";
import { type Route, required, sendJson } from "../http.ts";
import { readInputs, readReport } from "../report-lineage.ts";
import type { Services } from "../services.ts";

export function reportRoutes({ services, reportUrl }: ConsoleContext): Route[] {
  const bucket = async (name: keyof Services["buckets"]): Promise<Bucket> => {
    const { s3, buckets } = await services.get();
    return { client: s3, name: buckets[name] };
  };
  return [
    {
      method: "GET",
      path: /^\/api\/reports$/,
      answer: async ({ response }) => sendJson(response, await listReports(await bucket("gold"), reportUrl)),
    },
    {
      method: "GET",
      path: /^\/api\/reports\/([^/]+)\/([^/]+)$/,
      answer: async ({ response, parts: [survey = "", execution = ""] }) => {
        const folder = `reports/${survey}/${execution}/`;
        const report = await readReport(
          await bucket("gold"),
          `${folder}report.json`,
          reportUrl(`${folder}index.html`),
        );
        const bronze = await bucket("bronze");
        const inputs = await pMap(report.inputs, (input) => withWriter(bronze, input), {
          concurrency: AT_ONCE,
        });
        sendJson(response, { ...report, inputs });
      },
    },
    {
      method: "GET",
      path: /^\/api\/files\/reports$/,
      answer: async ({ response, url }) =>
        sendJson(response, await reportsFrom(await bucket("gold"), required(url, "key"))),
    },
  ];
}

/** How many objects are read at a time. */
const AT_ONCE = 8;

async function withWriter(bronze: Bucket, input: ReportInput): Promise<ReportInput> {
  const head = await headObject(bronze, input.key, input.versionId);
  return { ...input, writtenBy: head?.metadata.execution ?? null };
}

/**
 * The reports that were computed from any version of a file, newest first. Only reports of the file's own survey
 * are searched; the population belongs to all surveys.
 */
async function reportsFrom(gold: Bucket, key: string): Promise<FileReport[]> {
  const survey = /^bls\/([^/]+)\//.exec(key)?.[1];
  const reports = await listReports(gold, (name) => name, survey === undefined ? "" : `${survey}/`);
  const found = await pMap(
    reports,
    async ({ survey, execution, time }) => {
      const inputs = await readInputs(gold, `reports/${survey}/${execution}/report.json`);
      return (inputs ?? []).flatMap((input) =>
        input.key === key ? [{ survey, execution, time, versionId: input.versionId }] : [],
      );
    },
    { concurrency: AT_ONCE },
  );
  return found.flat();
}

const MOST_REPORTS = 500;

/** Every execution's report, newest first. */
async function listReports(
  gold: Bucket,
  reportUrl: (key: string) => string,
  below = "",
): Promise<ReportRow[]> {
  const reports = new Map<string, ReportRow>();
  let token: string | undefined;
  do {
    const page = await gold.client.send(
      new ListObjectsV2Command({ Bucket: gold.name, Prefix: `reports/${below}`, ContinuationToken: token }),
    );
    for (const { Key: key = "", Size: bytes = 0, LastModified } of page.Contents ?? []) {
      const [, survey, execution, name] = /^reports\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(key) ?? [];
      if (survey === undefined || execution === undefined || name === undefined || execution === "latest")
        continue;
      const id = `${survey}/${execution}`;
      const report = reports.get(id) ?? {
        survey,
        execution,
        time: "",
        url: null,
        exploreUrl: reportUrl(`${explorePageKey}#survey=${survey}`),
        files: [],
      };
      report.files.push({ name, url: reportUrl(key), bytes });
      report.time = LastModified?.toISOString() ?? report.time;
      if (name === "index.html") report.url = reportUrl(key);
      reports.set(id, report);
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return [...reports.values()]
    .sort((one, other) => other.time.localeCompare(one.time))
    .slice(0, MOST_REPORTS);
}

/** Reports in Gold: the list, and where each of a report's numbers comes from. */
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey } from "@aws-sdk/client-s3";
import type { Bucket } from "@data-quest/core/storage/objects";
import * as z from "zod";
import type { ReportInput, ReportLineage, ReportRow } from "../../api-types.ts";
import type { ConsoleContext } from "../context.ts";
import { HttpError, type Route, sendJson } from "../http.ts";

/** The parts of report.json that the lineage needs; the rest may grow. */
const Report = z.object({
  survey: z.string(),
  execution: z.object({ id: z.string(), name: z.string() }),
  lineage: z.array(
    z.object({ key: z.string(), versionId: z.string(), sha256: z.string(), bytes: z.number() }),
  ),
  population: z
    .object({ years: z.array(z.number()), mean: z.number(), standardDeviation: z.number() })
    .optional(),
  bestYears: z.object({ dataFile: z.string(), series: z.number(), observations: z.number() }).optional(),
  seriesWithPopulation: z
    .object({ seriesId: z.string(), period: z.string(), rows: z.array(z.unknown()) })
    .nullish(),
  revisions: z
    .looseObject({ outcome: z.string(), previous: z.object({ key: z.string() }).optional() })
    .optional(),
});
type Report = z.infer<typeof Report>;

export function reportRoutes({ services, reportUrl }: ConsoleContext): Route[] {
  const gold = async (): Promise<Bucket> => {
    const { s3, buckets } = await services.get();
    return { client: s3, name: buckets.gold };
  };
  return [
    {
      method: "GET",
      path: /^\/api\/reports$/,
      answer: async ({ response }) => sendJson(response, await listReports(await gold(), reportUrl)),
    },
    {
      method: "GET",
      path: /^\/api\/reports\/([^/]+)\/([^/]+)$/,
      answer: async ({ response, parts: [survey = "", execution = ""] }) => {
        const key = `reports/${survey}/${execution}/`;
        sendJson(
          response,
          lineageOf(await readReport(await gold(), `${key}report.json`), reportUrl(`${key}index.html`)),
        );
      },
    },
  ];
}

const MOST_REPORTS = 500;

/** Every execution's report, the newest first. */
async function listReports(gold: Bucket, reportUrl: (key: string) => string): Promise<ReportRow[]> {
  const reports = new Map<string, ReportRow>();
  let token: string | undefined;
  do {
    const page = await gold.client.send(
      new ListObjectsV2Command({ Bucket: gold.name, Prefix: "reports/", ContinuationToken: token }),
    );
    for (const { Key: key = "", Size: bytes = 0, LastModified } of page.Contents ?? []) {
      const [, survey, execution, name] = /^reports\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(key) ?? [];
      if (survey === undefined || execution === undefined || name === undefined || execution === "latest")
        continue;
      const id = `${survey}/${execution}`;
      const report = reports.get(id) ?? { survey, execution, time: "", url: null, files: [] };
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

async function readReport(gold: Bucket, key: string): Promise<Report> {
  try {
    const { Body } = await gold.client.send(new GetObjectCommand({ Bucket: gold.name, Key: key }));
    const report = Report.safeParse(JSON.parse((await Body?.transformToString()) ?? "null"));
    if (!report.success)
      throw new HttpError(422, `s3://${gold.name}/${key} is not a report: ${z.prettifyError(report.error)}`);
    return report.data;
  } catch (error) {
    if (error instanceof NoSuchKey) throw new HttpError(404, `s3://${gold.name}/${key} does not exist`);
    if (error instanceof SyntaxError)
      throw new HttpError(422, `s3://${gold.name}/${key} is not JSON: ${error.message}`);
    throw error;
  }
}

/** A report's figures, each with the keys of the objects that it was computed from. */
export function lineageOf(report: Report, url: string): ReportLineage {
  const { survey, execution, lineage, population, bestYears, seriesWithPopulation, revisions } = report;
  const keys = lineage.map(({ key }) => key);
  const surveyKeys = keys.filter((key) => key.startsWith("bls/"));
  const populationKeys = keys.filter((key) => !key.startsWith("bls/"));
  const dataKeys = surveyKeys.filter((key) => /\.data\.\d+\./.test(key));
  const figures: ReportLineage["figures"] = [
    ...(population
      ? [
          {
            question: "Population",
            label: `Mean, ${population.years.join(" to ")}`,
            value: number(population.mean),
            inputs: populationKeys,
          },
          {
            question: "Population",
            label: "Standard deviation (sample)",
            value: number(population.standardDeviation),
            inputs: populationKeys,
          },
        ]
      : []),
    ...(bestYears
      ? [
          {
            question: "Best years",
            label: `Series with a best year`,
            value: number(bestYears.series),
            inputs: surveyKeys,
          },
        ]
      : []),
    ...(seriesWithPopulation
      ? [
          {
            question: "Series with population",
            label: `${seriesWithPopulation.seriesId}, ${seriesWithPopulation.period}: observations`,
            value: number(seriesWithPopulation.rows.length),
            inputs: [...dataKeys, ...populationKeys],
          },
        ]
      : []),
    ...(revisions?.outcome === "compared" && typeof revisions.changed === "number"
      ? [
          {
            question: "Revisions",
            label: "Observations that changed",
            value: number(revisions.changed),
            inputs: dataKeys,
          },
        ]
      : []),
  ];
  const inputs: ReportInput[] = lineage;
  return { survey, execution: execution.name, executionArn: execution.id, figures, inputs, url };
}

function number(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

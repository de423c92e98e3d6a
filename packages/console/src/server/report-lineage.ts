/** Where the numbers of a report come from, and which reports came from a file's versions. */
import { GetObjectCommand, NoSuchKey, S3ServiceException } from "@aws-sdk/client-s3";
import type { FigureSource } from "@data-quest/core/questions/question";
import { figuresOf } from "@data-quest/core/questions/registry";
import { schemaFaults } from "@data-quest/core/schema-faults";
import type { Bucket } from "@data-quest/core/storage/objects";
import * as z from "zod";
import type { ReportLineage } from "../api-types.ts";
import { HttpError } from "./http.ts";

const Inputs = z.array(
  z.object({ key: z.string(), versionId: z.string(), sha256: z.string(), bytes: z.number() }),
);
/**
 * The parts of report.json that the lineage needs. The rest may change, and reports of earlier versions lack
 * some of them.
 */
const Report = z.looseObject({
  survey: z.string(),
  execution: z.object({ id: z.string(), name: z.string() }),
  lineage: Inputs,
  dataFiles: z.object({ files: z.array(z.string()) }).optional(),
  revisions: z.looseObject({ outcome: z.string() }).optional(),
});

/**
 * The values of every question in a report, and how many observations changed, each with the keys of the
 * objects that it was computed from. `report` is the content of report.json. Throws a ZodError if it is not a
 * report.
 */
export function reportLineage(report: unknown, url: string): ReportLineage {
  const read = Report.parse(report);
  const { survey, execution, lineage, dataFiles, revisions } = read;
  const keys = lineage.map(({ key }) => key);
  const ofSurvey = keys.filter((key) => key.startsWith("bls/"));
  // Reports of early versions do not list their data files.
  const isData = (key: string) => dataFiles?.files.includes(key) ?? /\.data\.\d+\./.test(key);
  const bySource: Record<FigureSource, string[]> = {
    population: keys.filter((key) => !key.startsWith("bls/")),
    data: ofSurvey.filter(isData),
    names: ofSurvey.filter((key) => !isData(key)),
  };
  const figures: ReportLineage["figures"] = figuresOf(read).map(({ question, label, value, from }) => ({
    question,
    label,
    value,
    inputs: from.flatMap((source) => bySource[source]),
  }));
  if (revisions?.outcome === "compared" && typeof revisions.changed === "number")
    figures.push({
      question: "Revisions",
      label: "Observations that changed",
      value: revisions.changed.toLocaleString("en-US"),
      inputs: bySource.data,
    });
  return {
    survey,
    execution: execution.name,
    executionArn: execution.id,
    figures,
    inputs: lineage.map((input) => ({ ...input, writtenBy: null })),
    url,
  };
}

/** The report at a key in Gold. Throws HttpError if there is none, or if the object is not a report. */
export async function readReport(gold: Bucket, key: string, url: string): Promise<ReportLineage> {
  const place = `s3://${gold.name}/${key}`;
  try {
    const { Body } = await gold.client.send(new GetObjectCommand({ Bucket: gold.name, Key: key }));
    return reportLineage(JSON.parse((await Body?.transformToString()) ?? "null"), url);
  } catch (error) {
    if (error instanceof NoSuchKey) throw new HttpError(404, `${place} does not exist`);
    if (error instanceof z.ZodError)
      throw new HttpError(422, `${place} is not a report: ${schemaFaults(error)}`);
    if (error instanceof SyntaxError) throw new HttpError(422, `${place} is not JSON: ${error.message}`);
    throw error;
  }
}

/** A lineage takes about 300 bytes per file. */
const TAIL_BYTES = 65_536;
const LINEAGE = '"lineage"';

/**
 * The versions that a report was computed from. They are at the end of report.json, and only the end is read:
 * a large survey's report is several megabytes long. Undefined if the report or its lineage is missing.
 */
export async function readInputs(gold: Bucket, key: string): Promise<z.infer<typeof Inputs> | undefined> {
  const text = await readTail(gold, key);
  const at = text.lastIndexOf(LINEAGE);
  if (at < 0) return undefined;
  try {
    return z.object({ lineage: Inputs }).safeParse(JSON.parse(`{${text.slice(at)}`)).data?.lineage;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The end of an object. Empty if the object is empty or missing: a report may be pruned at any time. */
async function readTail(gold: Bucket, key: string): Promise<string> {
  try {
    const { Body } = await gold.client.send(
      new GetObjectCommand({ Bucket: gold.name, Key: key, Range: `bytes=-${TAIL_BYTES}` }),
    );
    return (await Body?.transformToString()) ?? "";
  } catch (error) {
    const isEmpty = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416;
    if (error instanceof NoSuchKey || isEmpty) return "";
    throw error;
  }
}

/** `quest report`: the latest report. */
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { shortAnswers } from "@data-quest/core/analysis/short-answers";
import { reportsPrefix } from "@data-quest/core/constants";
import { REPORT_VERSION, Report } from "@data-quest/core/report/report";
import { type Bucket, headObject, listObjects, readObject } from "@data-quest/core/storage/objects";
import * as z from "zod";
import { answerLines } from "./answers.ts";
import { commandLine } from "./command-line.ts";
import { Failure } from "./failure.ts";
import { openInBrowser } from "./open-in-browser.ts";
import { type ReadOnlyOptions, readOnlyTarget } from "./read-only-target.ts";
import { copyReport, openReportFile } from "./report-files.ts";
import { similarSurveys } from "./similar-surveys.ts";
import { outputPlace } from "./table.ts";
import { bucketOf } from "./target.ts";

export type ReportOptions = ReadOnlyOptions & {
  survey: string;
  open?: boolean;
  json?: boolean;
  csv?: boolean;
  excel?: boolean;
};

/**
 * Shows the latest report of a survey: the answers and the location of the files, or the content of one file.
 * Opens the report's page if requested. Returns the exit code. Throws Failure if there is no report.
 */
export async function reportCommand(options: ReportOptions): Promise<number> {
  const { survey, stage, stateDir } = options;
  const target = await readOnlyTarget(options);
  try {
    const gold = bucketOf(target, "gold");
    const json = await readFile(gold, `${reportsPrefix}${survey}/latest/report.json`);
    if (json === undefined) {
      const hint = similarSurveys(survey);
      throw new Failure(
        `s3://${gold.name} has no report of the survey ${survey}. ${hint || `To create one: ${commandLine(["run", "--survey", survey], { stateDir, stage })}`}`,
      );
    }
    const report = parseReport(json, { stateDir, stage });
    // Unlike the files under latest/, an execution's own files never change.
    const folder = `${reportsPrefix}${survey}/${report.execution.name}/`;
    if (options.json) await print(json);
    const asCsv = options.csv || options.excel;
    if (asCsv) {
      const csv = await openReportFile(gold, `${folder}best-years.csv`);
      await print(options.excel ? csv : withoutByteOrderMark(csv));
    }
    const shows = !options.json && !asCsv;
    if (!shows && !options.open) return 0;

    const dir = join(
      stateDir,
      "reports",
      ...(stage === undefined ? [] : [stage]),
      survey,
      report.execution.name,
    );
    const keys = (await Array.fromAsync(listObjects(gold, folder))).map(({ key }) => key);
    await copyReport(gold, keys, dir);
    if (shows) showReport(report, `s3://${gold.name}/${folder}`, dir);
    if (options.open) await openPage(join(dir, "index.html"));
    return 0;
  } finally {
    await target.close();
  }
}

/**
 * The file in S3 starts with a byte order mark. Spreadsheets need it, but CSV readers treat it as part of the
 * first column's name.
 */
async function* withoutByteOrderMark(csv: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const mark = Buffer.from("\uFEFF");
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of csv) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < mark.length) continue;
    yield start.subarray(start.indexOf(mark) === 0 ? mark.length : 0);
    start = undefined;
  }
  if (start !== undefined) yield start;
}

/** Opens a page. On a machine without a browser, prints the page's path. */
async function openPage(page: string): Promise<void> {
  try {
    await openInBrowser(page);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`No browser could be opened. Open this page yourself: ${page}\n`);
  }
}

async function readFile(gold: Bucket, key: string): Promise<Buffer | undefined> {
  const head = await headObject(gold, key);
  return head && readObject(gold, key, head.versionId);
}

function parseReport(json: Buffer, place: { stateDir: string; stage?: string | undefined }): Report {
  const document: unknown = JSON.parse(json.toString());
  const { version } = z.looseObject({ version: z.number() }).parse(document);
  if (version !== REPORT_VERSION) {
    throw new Failure(
      `The latest report has version ${version}, but this version of quest reads ${REPORT_VERSION}. To create a new report: ${commandLine(["run"], place)}`,
    );
  }
  return Report.parse(document);
}

/** A reader that closes the pipe (`| head`) is not an error. */
async function print(text: Buffer | AsyncIterable<Uint8Array>): Promise<void> {
  try {
    const chunks = Buffer.isBuffer(text) ? [text] : text;
    await pipeline(Readable.from(chunks), process.stdout, { end: false });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error;
  }
}

function showReport(report: Report, address: string, dir: string): void {
  const place = outputPlace();
  const { name, startTime } = report.execution;
  const lines = [
    place.paint("dim", `Report of execution ${name}, which started ${startTime.slice(0, 19)}Z`),
    "",
    ...answerLines(shortAnswers(report), place),
    "",
    `  Page     ${join(dir, "index.html")}`,
    `  Files    ${dir}`,
    `  In S3    ${address}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** What each error means, and what it stops, according to the deployed workflow. */
import * as errors from "@data-quest/core/errors";
import { remedyFor } from "@data-quest/core/remedies";
import { markdownTable } from "./table.ts";
import { caught, retriedErrors } from "./workflow-rules.ts";

/** The meaning of every error in core, in the order in which a run can encounter them. */
export const errorMeanings: Readonly<Record<string, string>> = {
  InvalidInput: "The execution's input is not valid",
  SourceUnavailable: "The source cannot respond now: 5xx, 429, a reset, a stall, a body cut short every time",
  SourceBusy: "The source asked the client to wait longer than the step can",
  SourceForbidden: "The source refuses every request: 401 or 403",
  SourceNotFound: "There is no such survey",
  SurveyEmpty: "BLS has a folder for the survey, but publishes no files in it",
  ListingNotBelievable: "The listing is not a complete listing page, or has too few files",
  ListingTooLarge: "The listing has more files than one execution can carry",
  LinkRefused: "A link in the listing points outside the survey's folder",
  FileNameRefused:
    "A name in the listing cannot be a key in S3, or a key in Bronze cannot be part of a URL at the source",
  FileRefused:
    "The body is not what the file's name promises: it is a web page, or a data file without its columns",
  FileMissing: "The file is in the listing, but its URL returns 404 or 410",
  FileSizeMismatch: "The size of the body differs from the size in the listing",
  SourceAnswerRefused:
    "A response that no retry can change: a redirect to another host, a Content-Encoding, an unexpected status",
  SyntheticDataRefused: "The source has only synthetic data (the sample), and Bronze has real data",
  WriteConflict: "A concurrent run kept writing the same object",
  StorageUnavailable: "S3 cannot respond now, after the client's own retries",
  StorageRefused: "S3 refuses the request: access denied, no such bucket",
  VersionLost: "A version that the execution needs was permanently deleted, or is damaged in the local S3",
  PopulationShapeChanged:
    "The population API's response has an unknown format, or covers places other than the nation",
  DataFileMalformed: "A line of a data file cannot be read",
  AnalysisImpossible: "The data lacks what the input specifies: a year, a series, a data file",
};

/** The names of all errors in core. */
export const errorNames = Object.values(errors)
  .filter((value) => typeof value === "function")
  .map(({ name }) => name);

/** The table of errors. It does not show that `SourceAnswerRefused` stops the run in DiscoverFiles. */
export function errorTable(): string {
  return markdownTable(
    ["Error", "Meaning", "Retried", "Stops", "A redrive can fix it"],
    Object.entries(errorMeanings).map(([name, meaning]) => [
      `\`${name}\``,
      meaning,
      retriedErrors.has(name) ? "yes" : "no",
      caught.has(name) ? "the file" : "the run",
      remedyFor(name).redrive ? "yes" : "no",
    ]),
  );
}

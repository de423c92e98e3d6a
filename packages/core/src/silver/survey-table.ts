/** The table through which Athena reads a survey's Silver objects: its contents, and when to change it. */
import { parquetFormat, surveysPrefix } from "../constants.ts";
import type { Execution } from "../workflow.ts";
import type { SilverColumn } from "./survey-columns.ts";

/** The fields of a Glue table that we set, as in Glue's TableInput. */
export type SurveyTable = {
  Name: string;
  Description: string;
  TableType: string;
  PartitionKeys: { Name: string; Type: string }[];
  Parameters: Record<string, string>;
  StorageDescriptor: {
    Location: string;
    Columns: { Name: string; Type: string }[];
    InputFormat: string;
    OutputFormat: string;
    SerdeInfo: { SerializationLibrary: string };
  };
};

/** An existing table in any form, as returned by Glue's GetTable. */
export type StoredTable = {
  Parameters?: Record<string, string> | undefined;
  StorageDescriptor?: { Location?: string | undefined; Columns?: StoredColumn[] | undefined } | undefined;
};
type StoredColumn = { Name: string | undefined; Type?: string | undefined };

const EXECUTION = "data-quest.execution";
const STARTED = "data-quest.execution-started";

/**
 * The table of a survey, with one partition for each data file. A query selects a file (`WHERE data_file =
 * 'pr.data.0.Current'`), so an observation that is in two files is never counted twice. Athena inserts the
 * selected value into the location, so new files need no crawler.
 */
export function surveyTable(
  bucket: string,
  survey: string,
  columns: readonly SilverColumn[],
  { name, startTime }: Execution,
): SurveyTable {
  const location = `s3://${bucket}/${surveysPrefix}${survey}/`;
  return {
    Name: survey,
    Description: `The data files of the BLS survey ${survey}`,
    TableType: "EXTERNAL_TABLE",
    PartitionKeys: [{ Name: "data_file", Type: "string" }],
    Parameters: {
      EXTERNAL: "TRUE",
      classification: "parquet",
      "projection.enabled": "true",
      "projection.data_file.type": "injected",
      "storage.location.template": `${location}data_file=\${data_file}/`,
      [EXECUTION]: name,
      [STARTED]: startTime,
    },
    StorageDescriptor: {
      Location: location,
      Columns: columns.map((column) => ({ Name: column.name, Type: column.type })),
      InputFormat: parquetFormat.inputFormat,
      OutputFormat: parquetFormat.outputFormat,
      SerdeInfo: { SerializationLibrary: parquetFormat.serializationLibrary },
    },
  };
}

/** How to change `stored` to `wanted`: not at all if they are equal or a later execution wrote `stored`. */
export function decideTable(
  stored: StoredTable | undefined,
  wanted: SurveyTable,
): "create" | "update" | "leave" {
  if (stored === undefined) return "create";
  return isLater(stored, wanted) || saysTheSame(stored, wanted) ? "leave" : "update";
}

/**
 * Of two executions that started at the same time, the one whose name sorts last counts as later. A table
 * without an execution counts as the oldest.
 */
function isLater({ Parameters: stored = {} }: StoredTable, { Parameters: wanted }: SurveyTable): boolean {
  const [theirs, ours] = [stored[STARTED] ?? "", wanted[STARTED] ?? ""];
  return theirs > ours || (theirs === ours && (stored[EXECUTION] ?? "") > (wanted[EXECUTION] ?? ""));
}

/** True if everything that queries depend on is equal. Parameters that only Glue sets are ignored. */
function saysTheSame(stored: StoredTable, wanted: SurveyTable): boolean {
  const columns = (all: readonly StoredColumn[] = []) =>
    JSON.stringify(all.map(({ Name, Type }) => [Name, Type]));
  const parameters = Object.entries(wanted.Parameters).filter(
    ([name]) => ![EXECUTION, STARTED].includes(name),
  );
  return (
    stored.StorageDescriptor?.Location === wanted.StorageDescriptor.Location &&
    columns(stored.StorageDescriptor.Columns) === columns(wanted.StorageDescriptor.Columns) &&
    parameters.every(([name, value]) => stored.Parameters?.[name] === value)
  );
}

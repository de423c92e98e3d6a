/** The columns of a survey's Silver objects, read from the footers of its files. */
import { parquetMetadata, type SchemaElement } from "hyparquet";
import { surveysPrefix } from "../constants.ts";
import { StorageRefused } from "../errors.ts";
import { type Bucket, headObject, listObjects, readRange } from "../storage/objects.ts";
import { decimalTypeFor, formatDecimalType, MOST_DIGITS } from "./decimal-type.ts";

/** A column with its type as Glue, Athena, and Hive spell it: `string`, `int`, `decimal(18,6)`. */
export type SilverColumn = { name: string; type: string };

/** Enough for the footer of nearly every file. */
const FOOTER_BYTES = 64 * 1024;
/** The end of a file: four bytes with the footer's length, and the magic number. */
const TAIL_BYTES = 8;

/**
 * The combined columns of all data files of a survey. The columns that every file has come first. Empty if
 * Silver has no file of the survey. Throws StorageRefused if a file is not Parquet.
 */
export async function surveyColumns(silver: Bucket, survey: string): Promise<SilverColumn[]> {
  const columns = new Map<string, string>();
  for await (const { key } of listObjects(silver, `${surveysPrefix}${survey}/data_file=`)) {
    if (!key.endsWith("/data.parquet")) continue;
    for (const { name, type } of await columnsOf(silver, key)) {
      columns.set(name, widest(columns.get(name), type));
    }
  }
  return Array.from(columns, ([name, type]) => ({ name, type }));
}

/**
 * The columns of one file in Silver, in order. Empty if the file no longer exists. Throws StorageRefused if
 * it is not Parquet.
 */
export async function columnsOf(silver: Bucket, key: string): Promise<SilverColumn[]> {
  const head = await headObject(silver, key);
  if (head === undefined) return [];
  const { versionId, bytes } = head;
  const readFrom = (start: number) => readRange(silver, key, versionId, Math.max(0, start), bytes - 1);
  let end = await readFrom(bytes - FOOTER_BYTES);
  if (end.length < TAIL_BYTES || end.toString("latin1", end.length - 4) !== "PAR1") {
    throw new StorageRefused(`s3://${silver.name}/${key} is not a Parquet file: delete it, then run again`);
  }
  const footer = end.readUInt32LE(end.length - TAIL_BYTES) + TAIL_BYTES;
  if (footer > end.length) end = await readFrom(bytes - footer);
  const { schema } = parquetMetadata(
    end.buffer.slice(end.byteOffset, end.byteOffset + end.length) as ArrayBuffer,
  );
  return schema.slice(1).map((element) => ({ name: element.name, type: typeOf(element) }));
}

function typeOf({ type, converted_type, precision = 0, scale = 0 }: SchemaElement): string {
  if (converted_type === "DECIMAL") return formatDecimalType({ precision, scale });
  return type === "INT32" ? "int" : "string";
}

/**
 * All files that one execution writes have the same type. While another execution is replacing them, use a
 * type that can represent the values in old and new files.
 */
function widest(known: string | undefined, type: string): string {
  if (known === undefined || known === type) return type;
  const digits = [known, type].map((each) => {
    const [, precision = 0, scale = 0] = (/^decimal\((\d+),(\d+)\)$/.exec(each) ?? []).map(Number);
    return { whole: precision - scale, decimals: scale };
  });
  const whole = Math.max(...digits.map((each) => each.whole));
  const decimals = Math.max(...digits.map((each) => each.decimals));
  const both = decimalTypeFor({ whole: Math.min(whole, MOST_DIGITS - decimals), decimals });
  return both === undefined ? type : formatDecimalType(both);
}

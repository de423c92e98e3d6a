/** The names of a survey's series, from the versions that this execution wrote or found. */
import { createHash } from "node:crypto";
import { decodeText } from "../bls-file/lines.ts";
import { mappingHeader } from "../bls-file/mapping-file.ts";
import { NO_NAMES, readSeriesNames, type SeriesNames } from "../bls-file/names.ts";
import { isNumberedDataFile } from "../data-files/names.ts";
import { DataFileMalformed } from "../errors.ts";
import { type Bucket, readRange } from "../storage/objects.ts";
import { type InputObject, type Inputs, readableObject } from "./inputs.ts";

/** `digest` identifies the versions that the names come from. */
export type SurveyNames = SeriesNames & { digest: string };

/** Increase this whenever the code derives different names from the same files. */
const RULES = "3";
/** Longer than any BLS header line. */
const HEADER_BYTES = 4096;
/** The names, without the survey's abbreviation, of files that are not mapping files. */
const OTHER_FILES = ["series", "txt", "contacts", "footnote", "period"];

/**
 * The series file or a mapping file cannot be read; the message contains the file and the line number.
 * Analyze catches this error and continues without names, so no execution fails with this error.
 */
export class NamesUnreadable extends Error {
  override readonly name = "NamesUnreadable";
}

/** No names: the report shows only series IDs. */
export function withoutNames(): SurveyNames {
  return { ...NO_NAMES, digest: createHash("sha256").update(RULES).digest("hex") };
}

/**
 * Reads the names of the survey's series from its series file and the mapping files for its columns. Returns
 * no names if there is no series file. Throws NamesUnreadable if a file cannot be read; the returned functions
 * throw it, too.
 */
export async function readSurveyNames(
  survey: string,
  files: ReadonlyMap<string, InputObject>,
  inputs: Inputs,
  bronze: Bucket,
): Promise<SurveyNames> {
  const object = files.get(`${survey}.series`);
  if (object === undefined) return withoutNames();
  const digest = createHash("sha256").update(RULES);

  const used = new Set<string>();
  /** Opens a file that the names come from. Adds its version to the digest the first time. */
  async function open(each: InputObject): Promise<AsyncIterable<Uint8Array>> {
    if (used.has(each.key)) return readableObject(bronze, each, each.key).open();
    used.add(each.key);
    digest.update(`${each.key} ${each.versionId}\n`);
    return inputs.open(each);
  }

  const mappings = mappingFilesOf(survey, files);
  const series = { file: object.key, bytes: object.bytes, open: () => open(object) };
  const names = await orUnreadable(() =>
    readSeriesNames(series, {
      files: [...mappings.keys()],
      async header(name) {
        const mapping = mappings.get(name);
        if (mapping === undefined || mapping.bytes === 0) return undefined;
        const last = Math.min(mapping.bytes, HEADER_BYTES) - 1;
        const [line = ""] = decodeText(
          await readRange(bronze, mapping.key, mapping.versionId, 0, last),
        ).split("\n");
        return mappingHeader(mapping.key, line);
      },
      open(name) {
        const mapping = mappings.get(name) ?? object;
        return { file: mapping.key, open: () => open(mapping) };
      },
    }),
  );
  return { ...tellingUnreadable(names), digest: digest.digest("hex") };
}

/** The same names, with functions that throw NamesUnreadable instead of DataFileMalformed. */
function tellingUnreadable(names: SeriesNames): SeriesNames {
  return {
    ...names,
    find: (ids) => orUnreadable(() => names.find(ids)),
    inOrder() {
      const inOrder = names.inOrder();
      return {
        ...inOrder,
        search(id, start, end) {
          try {
            return inOrder.search(id, start, end);
          } catch (error) {
            throw unreadable(error);
          }
        },
        load: () => orUnreadable(inOrder.load),
        finish: () => orUnreadable(inOrder.finish),
      };
    },
  };
}

async function orUnreadable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): unknown {
  return error instanceof DataFileMalformed ? new NamesUnreadable(error.message) : error;
}

/** The survey's files that may be mapping files, by their names without the survey's abbreviation. */
function mappingFilesOf(survey: string, files: ReadonlyMap<string, InputObject>): Map<string, InputObject> {
  const found = new Map<string, InputObject>();
  for (const [path, object] of files) {
    const name = path.startsWith(`${survey}.`) ? path.slice(survey.length + 1) : "";
    // `sh.data.type` is a mapping file, although it is named like a data file.
    if (name === "" || name.includes("/") || isNumberedDataFile(survey, path)) continue;
    if (!OTHER_FILES.includes(name.toLowerCase())) found.set(name, object);
  }
  return found;
}

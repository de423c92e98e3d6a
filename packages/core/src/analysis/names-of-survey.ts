/** The names of a survey's series, from the versions that this execution wrote or found. */
import { createHash } from "node:crypto";
import { decodeText } from "../bls-file/lines.ts";
import { mappingHeader } from "../bls-file/mapping-file.ts";
import { NO_NAMES, readSeriesNames, type SeriesNames } from "../bls-file/names.ts";
import { isNumberedDataFile } from "../data-files/names.ts";
import { type Bucket, readRange } from "../storage/objects.ts";
import { type InputObject, type Inputs, readableObject } from "./inputs.ts";

/** `digest` identifies the versions that the names come from. */
export type SurveyNames = SeriesNames & { digest: string };

/** Increases when the same files yield different names. */
const RULES = "3";
/** Longer than any BLS header line. */
const HEADER_BYTES = 4096;
/** The parts after the survey's abbreviation in the names of files that are not mapping files. */
const OTHER_FILES = ["series", "txt", "contacts", "footnote", "period"];

/**
 * Reads the names of the survey's series from its series file and the mapping files for its columns. Returns
 * no names if there is no series file. Throws DataFileMalformed if the series file has no column series_id.
 */
export async function readSurveyNames(
  survey: string,
  files: ReadonlyMap<string, InputObject>,
  inputs: Inputs,
  bronze: Bucket,
): Promise<SurveyNames> {
  const digest = createHash("sha256").update(RULES);
  const object = files.get(`${survey}.series`);
  if (object === undefined) return { ...NO_NAMES, digest: digest.digest("hex") };

  /** Opens a file that the names come from. Adds its version to the digest the first time. */
  const used = new Set<string>();
  async function open(each: InputObject): Promise<AsyncGenerator<Uint8Array>> {
    if (used.has(each.key))
      return readableObject(bronze, each, each.key).open() as Promise<AsyncGenerator<Uint8Array>>;
    used.add(each.key);
    digest.update(`${each.key} ${each.versionId}\n`);
    return inputs.open(each);
  }

  const mappings = mappingFilesOf(survey, files);
  const names = await readSeriesNames(
    { file: object.key, bytes: object.bytes, open: () => open(object) },
    {
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
    },
  );
  return { ...names, digest: digest.digest("hex") };
}

/**
 * The survey's files that may be mapping files, by the part of their names after the survey's abbreviation.
 */
function mappingFilesOf(survey: string, files: ReadonlyMap<string, InputObject>): Map<string, InputObject> {
  const found = new Map<string, InputObject>();
  for (const [path, object] of files) {
    const name = path.startsWith(`${survey}.`) ? path.slice(survey.length + 1) : "";
    // `sh.data.type` is a mapping file, though it is called like a data file.
    if (name === "" || name.includes("/") || isNumberedDataFile(survey, path)) continue;
    if (!OTHER_FILES.includes(name.toLowerCase())) found.set(name, object);
  }
  return found;
}

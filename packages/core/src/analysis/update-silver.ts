/** Updates a survey's part of Silver. */
import { createHash } from "node:crypto";
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { DataFileMalformed } from "../errors.ts";
import { isOvertaken } from "../report/publish.ts";
import { copySilver } from "../silver/copy-silver.ts";
import {
  type DecimalType,
  type Digits,
  decimalTypeFor,
  largerDigits,
  USUAL_TYPE,
} from "../silver/decimal-type.ts";
import { measureDigits } from "../silver/measure-digits.ts";
import { ValueDoesNotFit } from "../silver/observation-reader.ts";
import {
  knownDigits,
  removeOthers,
  type SilverFile,
  type SilverSource,
  silverKey,
  type ValueFormat,
  writeSilver,
} from "../silver/write-silver.ts";
import { type Bucket, headObject } from "../storage/objects.ts";
import type { DataSet } from "./data-set.ts";
import { dataFilesOf, type InputObject, readableObject } from "./inputs.ts";
import type { SurveyNames } from "./names-of-survey.ts";
import type { AnalysisInput } from "./result.ts";

const NO_DIGITS: Digits = { whole: 0, decimals: 0 };

/**
 * Makes Silver contain exactly the survey's data files among `files`. All of them get one decimal type:
 * DECIMAL(18,6), or DECIMAL(38,s) if that cannot represent every value. Files made earlier from the same
 * versions cost two requests each. If a later execution has published its report, it has already updated
 * Silver, so Silver is left unchanged. Without this check, this execution would restore files that the
 * later one removed, because a delete marker does not show which execution created it.
 *
 * `merged` is a data set merged from several of the files. It becomes a data file of Silver, too. A file that
 * cannot be read keeps its existing Silver object and does not affect the other files; `faults` describes it.
 * `before` is a file that `dataSetWriter` wrote in the same execution. Of files with identical bytes, only
 * the first one is read, and its Silver object is copied for the others.
 */
export async function updateSilver(
  { settings: { survey }, execution }: Pick<AnalysisInput, "settings" | "execution">,
  files: ReadonlyMap<string, InputObject>,
  { bronze, silver, gold }: { bronze: Bucket; silver: Bucket; gold: Bucket },
  names: SurveyNames,
  merged: SilverSource | undefined,
  before?: { path: string; file: SilverFile },
): Promise<{ files: SilverFile[]; faults: string[] }> {
  const paths = dataFilesOf(survey, files);
  const keys = [...paths, ...(merged ? [merged.path] : [])].map((path) => silverKey(survey, path));
  if (await isOvertaken(gold, survey, execution)) {
    return { files: keys.map((key) => ({ key, action: "left" })), faults: [] };
  }

  const sources = paths.flatMap((path): SilverSource[] => {
    const object = files.get(path);
    if (object === undefined) return [];
    const file = readableObject(bronze, object, object.key);
    return [{ path, madeFrom: madeFrom(object.versionId, names), file, sha256: object.sha256 }];
  });
  if (merged) sources.push(merged);
  const digits = new Map<string, Digits>();
  for (const { path, madeFrom } of sources) {
    const stored = await headObject(silver, silverKey(survey, path));
    const known = stored && knownDigits(stored, madeFrom);
    if (known) digits.set(path, known);
  }

  let written = new Map<string, SilverFile>(before && [[before.path, before.file]]);
  const faults = new Map<string, string>();
  for (let type = typeFor(digits); ; type = typeFor(digits)) {
    const readable = sources.filter(({ path }) => !faults.has(path));
    const firsts = new Map<string, SilverSource>();
    const done = await writeAll(readable, type, digits, faults, async (source, format) => {
      const twin = firsts.get(source.sha256 ?? "");
      const copied = twin && (await copySilver(silver, survey, source, twin, format, execution));
      const file = copied ?? (await writeSilver(silver, survey, source, format, names, execution));
      if (source.sha256 !== undefined) firsts.set(source.sha256, source);
      return file;
    });
    written = both(written, done);
    if (isSame(typeFor(digits), type)) break;
  }
  const removed = await removeOthers(silver, survey, keys, execution);
  return { files: [...written.values(), ...removed], faults: [...faults.values()] };
}

/**
 * The data set as the source of a data file in Silver. A merged file is written again if any of its parts has
 * a new version.
 */
export function dataSetSource(
  { path, file, parts, faults }: DataSet,
  knownConflicts: readonly string[],
  names: SurveyNames,
): SilverSource {
  const [only] = parts;
  if (only !== undefined && faults === undefined)
    return { path, file, madeFrom: madeFrom(only.versionId, names) };
  const versions = createHash("sha256");
  for (const { key, versionId } of parts) versions.update(`${key} ${versionId}\n`);
  versions.update(knownConflicts.join(" "));
  return { path, file, madeFrom: madeFrom(versions.digest("hex"), names) };
}

function madeFrom(version: string, { digest }: SurveyNames): Record<string, string> {
  return { "source-version": version, "names-digest": digest };
}

/**
 * Returns a function that writes the data set to Silver while its file is read for another purpose. The
 * function does nothing if Silver already has the file, or if a later execution has published its report. It
 * uses the usual decimal type. If a value does not fit this type, `updateSilver` writes the file again.
 */
export async function dataSetWriter(
  { settings: { survey }, execution }: Pick<AnalysisInput, "settings" | "execution">,
  source: SilverSource,
  { silver, gold }: { silver: Bucket; gold: Bucket },
  names: SurveyNames,
): Promise<(file: ReadableFile) => Promise<SilverFile | undefined>> {
  const nothing = async () => undefined;
  const stored = await headObject(silver, silverKey(survey, source.path));
  if (stored !== undefined && knownDigits(stored, source.madeFrom) !== undefined) return nothing;
  if (await isOvertaken(gold, survey, execution)) return nothing;
  const format = { type: USUAL_TYPE, digits: NO_DIGITS };
  return (file) => writeSilver(silver, survey, { ...source, file }, format, names, execution);
}

/**
 * Writes the files with one decimal type, and stops at the first file whose values do not fit. Adds that
 * file's digits to `digits`, which then require a different type, and adds unreadable files to `faults`.
 */
async function writeAll(
  sources: readonly SilverSource[],
  type: DecimalType,
  digits: Map<string, Digits>,
  faults: Map<string, string>,
  write: (source: SilverSource, format: ValueFormat) => Promise<SilverFile>,
): Promise<Map<string, SilverFile>> {
  const written = new Map<string, SilverFile>();
  for (const source of sources) {
    const { path, file } = source;
    try {
      // How many digits a file's values have needs to be known only if the type is not the usual one.
      if (!isSame(type, USUAL_TYPE) && !digits.has(path)) {
        digits.set(path, await measureDigits(file, allDigits(digits)));
        if (!isSame(typeFor(digits), type)) return written;
      }
      try {
        written.set(path, await write(source, { type, digits: digits.get(path) ?? NO_DIGITS }));
      } catch (error) {
        if (!(error instanceof ValueDoesNotFit)) throw error;
        digits.set(path, await measureDigits(file, allDigits(digits)));
        return written;
      }
    } catch (error) {
      if (!(error instanceof DataFileMalformed)) throw error;
      faults.set(path, error.message);
    }
  }
  return written;
}

/** The result for each file. A file may have been written twice: before, and again with another decimal type. */
function both(
  before: ReadonlyMap<string, SilverFile>,
  after: ReadonlyMap<string, SilverFile>,
): Map<string, SilverFile> {
  const all = new Map(before);
  for (const [path, file] of after) {
    const known = before.get(path);
    const keepsFirst = known !== undefined && (known.action === "created" || file.action === "unchanged");
    if (!keepsFirst) all.set(path, file);
  }
  return all;
}

function isSame(a: DecimalType, b: DecimalType): boolean {
  return a.precision === b.precision && a.scale === b.scale;
}

function allDigits(digits: ReadonlyMap<string, Digits>): Digits {
  return [...digits.values()].reduce(largerDigits, NO_DIGITS);
}

function typeFor(digits: ReadonlyMap<string, Digits>): DecimalType {
  return decimalTypeFor(allDigits(digits)) ?? USUAL_TYPE;
}

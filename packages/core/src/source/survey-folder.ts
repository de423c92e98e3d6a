/** A survey's folder at the source, read from its listing pages. */
import { surveyPattern } from "../constants.ts";
import { ListingNotBelievable, ListingTooLarge, SourceNotFound } from "../errors.ts";
import { ask, header, readBody, type SourceClient } from "./http.ts";
import { MOST_ENTRIES, parseListing } from "./listing.ts";

/** A file at the source. `path` is relative to the survey's folder, decoded, with `/` between folders. */
export type SourceFile = { name: string; path: string; size: number; modified: Date };

/** An entry whose name cannot be stored. `name` and `path` are for messages only. */
export type OddEntry = { name: string; path: string; reason: string };

/**
 * All files of a survey as listed. `listedAt` is the time on the source's clock (its Date header) when the listing
 * was requested. `synthetic` is true if the source says that its data is synthetic.
 */
export type SurveyListing = {
  address: URL;
  listedAt: Date;
  synthetic: boolean;
  files: SourceFile[];
  odd: OddEntry[];
};

/** In bytes: 10,000 files take 1.2 MB. */
export const LARGEST_LISTING = 4 * 1024 * 1024;
const DEEPEST_FOLDER = 8;
/** Each folder costs a request. BLS's surveys have only a few folders. */
export const MOST_FOLDERS = 100;

/**
 * The URL of a survey's folder. `timeSeries` is the URL of the folder of all surveys, such as
 * `https://download.bls.gov/pub/time.series/`.
 */
export function surveyAddress(timeSeries: string, survey: string): URL {
  return new URL(`${survey}/`, timeSeries.endsWith("/") ? timeSeries : `${timeSeries}/`);
}

/** The URL of the file at `path` in a folder. */
export function fileAddress(folder: URL, path: string): URL {
  return new URL(path.split("/").map(encodeURIComponent).join("/"), folder);
}

/**
 * Lists a survey's folder and its subfolders, ordered by path. Throws SourceNotFound if there is no such
 * survey, ListingNotBelievable if a page is not a complete listing, ListingTooLarge, LinkRefused, and
 * whatever `ask` throws.
 */
export async function listSurvey(client: SourceClient, address: URL): Promise<SurveyListing> {
  const top = await readListing(client, address).catch((error: unknown) => {
    if (!(error instanceof SourceNotFound)) throw error;
    throw new SourceNotFound(`There is no survey at ${address}: check the survey's abbreviation`, {
      cause: error,
    });
  });
  const files: SourceFile[] = [];
  const odd: OddEntry[] = [];
  let subfolders = 0;
  const folders = [{ path: "", depth: 0, listing: top }];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    if (files.length + folder.listing.entries.length > MOST_ENTRIES)
      throw new ListingTooLarge(
        `${address} has more than ${MOST_ENTRIES} files, which is more than one execution can carry`,
      );
    for (const entry of folder.listing.entries) {
      const path = folder.path + entry.name;
      if (entry.kind === "file") {
        files.push({ name: entry.name, path, size: entry.size, modified: entry.modified });
        continue;
      }
      if (entry.kind === "odd") {
        odd.push({ name: entry.name, path, reason: entry.reason });
        continue;
      }
      if (folder.depth === DEEPEST_FOLDER)
        throw new ListingNotBelievable(`${address}${path} is more than ${DEEPEST_FOLDER} folders deep`);
      if (++subfolders > MOST_FOLDERS)
        throw new ListingTooLarge(
          `${address} has more than ${MOST_FOLDERS} folders, and each costs a request`,
        );
      const listing = await readListing(client, new URL(`${fileAddress(address, path)}/`));
      folders.push({ path: `${path}/`, depth: folder.depth + 1, listing });
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { address, listedAt: top.date, synthetic: top.synthetic, files, odd };
}

/**
 * The abbreviations of all surveys, in alphabetical order: the folders in `timeSeries` whose names are
 * abbreviations. Throws ListingNotBelievable if the page is not a complete listing or lists no survey,
 * LinkRefused, and whatever `ask` throws.
 */
export async function listSurveys(client: SourceClient, timeSeries: string): Promise<string[]> {
  const address = new URL(timeSeries.endsWith("/") ? timeSeries : `${timeSeries}/`);
  const { entries } = await readListing(client, address);
  const surveys = entries.filter(({ kind, name }) => kind === "folder" && surveyPattern.test(name));
  if (surveys.length === 0) throw new ListingNotBelievable(`${address} lists no survey`);
  return surveys.map(({ name }) => name).sort();
}

/** Reads one folder's page again and returns a file's current entry, or undefined if it is no longer listed. */
export async function relistFile(
  client: SourceClient,
  survey: URL,
  path: string,
): Promise<{ file: SourceFile; listedAt: Date } | undefined> {
  const address = new URL(".", fileAddress(survey, path));
  const { entries, date } = await readListing(client, address);
  const name = path.slice(path.lastIndexOf("/") + 1);
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry?.kind !== "file") return undefined;
  return { file: { name, path, size: entry.size, modified: entry.modified }, listedAt: date };
}

async function readListing(client: SourceClient, address: URL) {
  const answer = await ask(client, address, { accept: [200] });
  const body = await readBody(answer, LARGEST_LISTING);
  const date = new Date(header(answer, "date") ?? "");
  if (Number.isNaN(date.getTime()))
    throw new ListingNotBelievable(`${address} came without a Date header, so its times cannot be judged`);
  const synthetic = header(answer, "x-data-quest-synthetic") === "true";
  return { entries: parseListing(body.toString("utf8"), address), date, synthetic };
}

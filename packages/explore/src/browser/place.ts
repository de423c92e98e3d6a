/** The state of the page, which is part of its URL, so that every state has a link. */
import { surveyPattern } from "@data-quest/core/constants";
import { FINEST } from "./observations.ts";
import { readSort, type Sort, writeSort } from "./sort.ts";

/** What the page shows. */
export type Place = {
  survey: string;
  /** The search text. */
  words: string;
  /** The values chosen in the survey's own columns. */
  filters: Readonly<Record<string, string>>;
  /** How the list of series is sorted. Undefined for the default order, by ID. */
  listSort: Sort | undefined;
  /** The IDs of the selected series. */
  series: readonly string[];
  periods: string;
  from: number | undefined;
  to: number | undefined;
  /** How the observations are sorted. Undefined for the default order: by series, latest first. */
  rowSort: Sort | undefined;
  /** How the revisions are sorted. Undefined for the default order: by series, latest first. */
  revisionSort: Sort | undefined;
};

/** Changes parts of the state. If `replaces` is true, the browser's history gets no new entry. */
export type SetPlace = (change: Partial<Place>, replaces?: boolean) => void;

/** How many series can be compared at a time. */
export const MOST_COMPARED = 5;

/** The state in a URL's fragment. Missing or invalid parts have their initial values. */
export function readPlace(hash: string): Place {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const filters = [...given].flatMap(([key, text]) =>
    key.startsWith(FILTER) ? [[key.slice(FILTER.length), text] as const] : [],
  );
  const survey = given.get("survey") ?? "";
  const series = (given.get("series") ?? "").split(",").filter((id) => id !== "");
  return {
    survey: surveyPattern.test(survey) ? survey : "",
    words: given.get("search") ?? "",
    filters: Object.fromEntries(filters),
    listSort: readSort(given.get("sort")),
    series: [...new Set(series)].slice(0, MOST_COMPARED),
    periods: given.get("periods") ?? FINEST,
    from: yearOf(given.get("from")),
    to: yearOf(given.get("to")),
    rowSort: readSort(given.get("sort-observations")),
    revisionSort: readSort(given.get("sort-revisions")),
  };
}

const FILTER = "column.";

/** The shortest fragment for a state. */
export function writePlace(place: Place): string {
  const { survey, words, filters, listSort, series, periods, from, to, rowSort, revisionSort } = place;
  const given = new URLSearchParams();
  if (survey !== "") given.set("survey", survey);
  if (words !== "") given.set("search", words);
  for (const [column, text] of Object.entries(filters)) given.set(`${FILTER}${column}`, text);
  if (listSort !== undefined) given.set("sort", writeSort(listSort));
  if (series.length > 0) given.set("series", series.join(","));
  if (periods !== FINEST) given.set("periods", periods);
  if (from !== undefined) given.set("from", String(from));
  if (to !== undefined) given.set("to", String(to));
  if (rowSort !== undefined) given.set("sort-observations", writeSort(rowSort));
  if (revisionSort !== undefined) given.set("sort-revisions", writeSort(revisionSort));
  return `#${given}`;
}

function yearOf(text: string | null): number | undefined {
  return text !== null && /^\d{4}$/.test(text) ? Number(text) : undefined;
}

/** The calls that the page makes to the worker that reads Silver, and the messages of these calls. */
import type { SeriesListFacts } from "@data-quest/core/silver/series-list-facts";
import type { SeriesRevisions } from "./revisions.ts";
import type { Query } from "./series-search.ts";
import type { ListedSeries, Observation } from "./silver.ts";

/** The series that a search found: at most MOST_LISTED of them. */
export type Found = {
  series: readonly ListedSeries[];
  /** How many series were found, including those that are not in `series`. */
  total: number;
  /** False if the search stopped before the end of a large list. */
  isWhole: boolean;
};

/** Above this number of series, a browser cannot hold the whole list. */
export const MOST_SERIES_HELD = 200_000;

/** How many rows a browser can lay out at once. */
export const MOST_LISTED = 200;

/** A series and all of its observations. */
export type OpenedSeries = { series: ListedSeries; rows: Observation[] };

/** The arguments and the result of each call. */
export type SilverCalls = {
  /** Must be called first. `silver` is the URL of the folder of all surveys. */
  open: { given: { survey: string; silver: string }; gives: SeriesListFacts };
  /** Returns undefined if a newer search has been requested in the meantime. */
  search: { given: Query; gives: Found | undefined };
  /** All series of a search as CSV. For a large list, only the series that `search` returns. */
  csv: { given: Query; gives: Blob };
  series: { given: { id: string }; gives: OpenedSeries };
  /** How the releases of the data file changed a series. */
  revisions: { given: { id: string }; gives: SeriesRevisions };
  /** Whether a file that was read has been replaced since. */
  isReplaced: { given: undefined; gives: boolean };
};
export type CallName = keyof SilverCalls;

/** A call. Its result is sent to `port`. */
export type Call<Name extends CallName = CallName> = {
  name: Name;
  given: SilverCalls[Name]["given"];
  port: MessagePort;
};

/**
 * The result of a call. An error is sent as an object, because the browser's structured clone of an Error
 * would lose its name.
 */
export type Answer<Value> = { value: Value } | { error: { name: string; message: string } };

/** What the page asks of the worker that reads Silver, and how the two exchange it. */
import type { SeriesListFacts } from "@data-quest/core/silver/series-list-facts";
import type { SeriesRevisions } from "./revisions.ts";
import type { Query } from "./series-search.ts";
import type { ListedSeries, Observation } from "./silver.ts";

/** The series that a search found: at most MOST_LISTED of them. */
export type Found = {
  series: readonly ListedSeries[];
  /** How many were found, with those that are not in `series`. */
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

/** Each call with what it is given and what it gives. */
export type SilverCalls = {
  /** Must be the first. `silver` is the address of the folder of all surveys. */
  open: { given: { survey: string; silver: string }; gives: SeriesListFacts };
  /** Gives undefined if a newer search came in the meantime. */
  search: { given: Query; gives: Found | undefined };
  /** All series of a search as CSV. */
  csv: { given: Query; gives: Blob };
  series: { given: { id: string }; gives: OpenedSeries };
  /** What the releases of the data file did to a series. */
  revisions: { given: { id: string }; gives: SeriesRevisions };
  /** Whether a file that was read has been replaced since. */
  isReplaced: { given: undefined; gives: boolean };
};
export type CallName = keyof SilverCalls;

/** A call, whose answer goes to its own port. */
export type Call<Name extends CallName = CallName> = {
  name: Name;
  given: SilverCalls[Name]["given"];
  port: MessagePort;
};

/** An error keeps its name: a copy that the browser makes would not. */
export type Answer<Value> = { value: Value } | { error: { name: string; message: string } };

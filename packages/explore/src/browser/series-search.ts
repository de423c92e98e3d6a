/** The search over IDs and names, and by the survey's own columns, in a list held in memory. */
import type { ListedSeries } from "./silver.ts";
import { type Sort, type SortKeys, sortRows } from "./sort.ts";

/** What to find, and how to sort it. */
export type Query = {
  words: string;
  /** The values chosen in the survey's own columns. */
  filters: Readonly<Record<string, string>>;
  sort: Sort | undefined;
};

/** Creates the search function for a list. It returns all series that match, sorted. */
export function searchOf(list: readonly ListedSeries[]): (query: Query) => readonly ListedSeries[] {
  const texts = list.map(({ id, names }) => `${id} ${Object.values(names).join(" ")}`.toLowerCase());
  return ({ words, filters, sort }) => {
    const wanted = words.toLowerCase().split(/\s+/);
    const columns = Object.entries(filters);
    const found = list.filter(
      ({ names }, index) =>
        columns.every(([column, text]) => names[column] === text) &&
        wanted.every((word) => texts[index]?.includes(word)),
    );
    return sortRows(found, sort, LIST_KEYS);
  };
}

/** What the list can be sorted by. */
export const LIST_KEYS: SortKeys<ListedSeries> = {
  series: ({ id }) => id,
  first: ({ begin }) => begin || null,
  last: ({ end }) => end || null,
  best_year: ({ best }) => best?.year ?? null,
};

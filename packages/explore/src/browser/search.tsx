/** The search over IDs and names, the filters by the survey's own columns, and the results. */
import { count, formatNumber } from "@data-quest/core/format";
import type { SeriesListFacts } from "@data-quest/core/silver/series-list-facts";
import { Download } from "./download.tsx";
import type { Loaded } from "./loaded.ts";
import type { Place, SetPlace } from "./place.ts";
import { Results } from "./results.tsx";
import { type Found, MOST_LISTED, MOST_SERIES_HELD } from "./silver-calls.ts";

type SearchProps = {
  facts: SeriesListFacts;
  found: Loaded<Found | undefined>;
  csv: () => Promise<Blob>;
  place: Place;
  setPlace: SetPlace;
  toggle: (id: string) => void;
};

/**
 * The search and its results. A survey with more than MOST_SERIES_HELD series can be searched only by ID
 * prefix and columns.
 */
export function Search({ facts, found, csv, place, setPlace, toggle }: SearchProps) {
  const isLarge = facts.series > MOST_SERIES_HELD;
  return (
    <section class="find" aria-labelledby="search-title">
      <h2 id="search-title">Find series</h2>
      {isLarge ? (
        <p>
          This survey has {formatNumber(facts.series)} series, more than {formatNumber(MOST_SERIES_HELD)}:
          search by the beginning of an ID and by the columns below.
        </p>
      ) : null}
      <SearchForm facts={facts} isLarge={isLarge} place={place} setPlace={setPlace} />
      <p class="tools">
        <output>
          {found.value === undefined ? "Reading the list…" : foundText(found.value, facts.series, isLarge)}
        </output>
        <Download name={`${facts.survey}-series.csv`} content={csv}>
          {isLarge ? "CSV of the series below" : "CSV of these series"}
        </Download>
      </p>
      <Results
        found={found.value}
        isSearching={found.pending}
        place={place}
        setPlace={setPlace}
        toggle={toggle}
      />
    </section>
  );
}

function SearchForm({
  facts,
  isLarge,
  place: { words, filters },
  setPlace,
}: Pick<SearchProps, "facts" | "place" | "setPlace"> & { isLarge: boolean }) {
  const setFilter = (column: string, text: string) => {
    const { [column]: _, ...others } = filters;
    setPlace({ filters: text === "" ? others : { ...others, [column]: text } });
  };
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>{isLarge ? "Beginning of the ID" : "ID or name"}</span>
        <input
          type="search"
          autocomplete="off"
          value={words}
          onInput={(event) => setPlace({ words: event.currentTarget.value }, true)}
        />
      </label>
      {facts.columns.map(({ name, values }) =>
        values === null || values.length < 2 || name === "title" ? null : (
          <label key={name}>
            <span>{columnLabel(name)}</span>
            <select
              value={filters[name] ?? ""}
              onChange={(event) => setFilter(name, event.currentTarget.value)}
            >
              <option value="">All</option>
              {values.map((text) => (
                <option key={text}>{text}</option>
              ))}
            </select>
          </label>
        ),
      )}
    </form>
  );
}

function foundText({ total, isWhole }: Found, all: number, isLarge: boolean): string {
  if (isLarge)
    return isWhole
      ? `${count(total, "series", "series")} found`
      : `The first ${formatNumber(total)} found; enter more of the ID to find others`;
  const listed = total > MOST_LISTED ? `, of which the first ${MOST_LISTED} are listed` : "";
  return `${formatNumber(total)} of ${formatNumber(all)} series${listed}`;
}

/** The name of a column as a label: `Base year` for `base_year`. */
function columnLabel(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

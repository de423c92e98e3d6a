/** The search over IDs and names, the filters by the survey's own columns, and the results. */
import { count, formatNumber, seriesName } from "@data-quest/core/format";
import { useMemo } from "preact/hooks";
import { Download } from "./download.tsx";
import { useLoaded } from "./loaded.ts";
import { listCsv } from "./observations.ts";
import { MOST_COMPARED, type Place, type SetPlace } from "./place.ts";
import { type ListedSeries, MOST_SERIES_HELD, type Survey, searchLargeList } from "./silver.ts";

/** How many rows a browser can lay out at once. */
const MOST_LISTED = 200;

type SearchProps = {
  survey: Survey;
  /** Undefined until it is read, and if it is too large. */
  list: readonly ListedSeries[] | undefined;
  place: Place;
  setPlace: SetPlace;
  toggle: (id: string) => void;
};

/** The search and its results. Above MOST_SERIES_HELD series, it searches by ID prefix and columns only. */
export function Search({ survey, list, place, setPlace, toggle }: SearchProps) {
  const { facts } = survey;
  const isLarge = facts.series > MOST_SERIES_HELD;
  const { words, filters } = place;
  const texts = useMemo(() => list?.map(textOf) ?? [], [list]);
  const held = useMemo(() => filtered(list ?? [], texts, words, filters), [list, texts, words, filters]);
  const large = useLoaded(
    async () =>
      isLarge ? await searchLargeList(survey, words.trim().toUpperCase(), filters, MOST_LISTED) : undefined,
    `${words} ${JSON.stringify(filters)}`,
  );
  const found = isLarge ? (large.value?.found ?? []) : held;
  const setFilter = (column: string, text: string) => {
    const { [column]: _, ...others } = filters;
    setPlace({ filters: text === "" ? others : { ...others, [column]: text } });
  };
  const columns = facts.columns.map(({ name }) => name);
  const isReading = isLarge ? large.pending : list === undefined;
  return (
    <section aria-labelledby="search-title">
      <h2 id="search-title">Find series</h2>
      {isLarge ? (
        <p>
          This survey has {formatNumber(facts.series)} series, more than {formatNumber(MOST_SERIES_HELD)}:
          search by the beginning of an ID and by the columns below.
        </p>
      ) : null}
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
      {large.error ? (
        <p role="alert">
          The search failed: {large.error.message}. Change the search or reload the page to try again.
        </p>
      ) : null}
      <p class="tools">
        <output>
          {isReading
            ? "Reading the list…"
            : foundText(found.length, facts.series, isLarge, large.value?.isWhole)}
        </output>
        <Download name={`${facts.survey}-series.csv`} text={() => listCsv(found, columns)}>
          {isLarge ? "CSV of the series below" : "CSV of these series"}
        </Download>
      </p>
      <section class="scroll results" tabindex={0} aria-label="Series found">
        <table>
          <thead>
            <tr>
              <th scope="col">Show</th>
              <th scope="col">Series</th>
              <th scope="col">First</th>
              <th scope="col">Last</th>
              <th scope="col">Best year</th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, MOST_LISTED).map((series) => {
              const isShown = place.series.includes(series.id);
              return (
                <tr key={series.id}>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`Show ${series.id}`}
                      checked={isShown}
                      disabled={!isShown && place.series.length >= MOST_COMPARED}
                      onChange={() => toggle(series.id)}
                    />
                  </td>
                  <th scope="row">
                    {series.id} <small>{seriesName(series.names)}</small>
                  </th>
                  <td class="place">{series.begin}</td>
                  <td class="place">{series.end}</td>
                  <td>{series.best?.year}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function textOf({ id, names }: ListedSeries): string {
  return [id, ...Object.values(names)].join(" ").toLowerCase();
}

/** The series that match all words and all texts. */
function filtered(
  list: readonly ListedSeries[],
  texts: readonly string[],
  words: string,
  filters: Place["filters"],
): ListedSeries[] {
  const wanted = words.toLowerCase().split(/\s+/);
  const columns = Object.entries(filters);
  return list.filter(
    ({ names }, index) =>
      columns.every(([column, text]) => names[column] === text) &&
      wanted.every((word) => texts[index]?.includes(word)),
  );
}

function foundText(found: number, all: number, isLarge: boolean, isWhole: boolean | undefined): string {
  if (isLarge)
    return isWhole
      ? `${count(found, "series", "series")} found`
      : `The first ${formatNumber(found)} found; enter more of the ID to find others`;
  const listed = found > MOST_LISTED ? `, of which the first ${MOST_LISTED} are listed` : "";
  return `${formatNumber(found)} of ${formatNumber(all)} series${listed}`;
}

/** The name of a column as a label: `Base year` for `base_year`. */
function columnLabel(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

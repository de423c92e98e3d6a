/** The table of the series found. */
import { seriesName } from "@data-quest/core/format";
import { MOST_COMPARED, type Place, type SetPlace } from "./place.ts";
import type { ListedSeries } from "./silver.ts";
import type { Found } from "./silver-calls.ts";
import type { Sort } from "./sort.ts";
import { SortHeader } from "./sort-header.tsx";

type ResultsProps = {
  found: Found | undefined;
  isSearching: boolean;
  place: Place;
  setPlace: SetPlace;
  toggle: (id: string) => void;
};

/** The list's default order. */
const BY_ID: Sort = { column: "series", descending: false };

const COLUMNS = [
  { column: "series", name: "Series" },
  { column: "first", name: "First" },
  { column: "last", name: "Last" },
  { column: "best_year", name: "Best year" },
];

/**
 * The series found, each with a checkbox that selects it. The results of a search that stopped early cannot
 * be sorted.
 */
export function Results({ found, isSearching, place, setPlace, toggle }: ResultsProps) {
  return (
    <section class="scroll results" tabindex={0} aria-label="Series found" aria-busy={isSearching}>
      <table class="stacked">
        <thead>
          <tr>
            <th scope="col">Show</th>
            {COLUMNS.map(({ column, name }) =>
              found?.isWhole === false ? (
                <th key={column} scope="col">
                  {name}
                </th>
              ) : (
                <SortHeader
                  key={column}
                  name={name}
                  column={column}
                  sort={place.listSort}
                  initial={BY_ID}
                  onSort={(listSort) => setPlace({ listSort })}
                />
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {found?.series.map((series) => (
            <Result key={series.id} series={series} selected={place.series} toggle={toggle} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Result({
  series: { id, names, begin, end, best },
  selected,
  toggle,
}: {
  series: ListedSeries;
  selected: readonly string[];
  toggle: (id: string) => void;
}) {
  const isShown = selected.includes(id);
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`Show ${id}`}
          checked={isShown}
          disabled={!isShown && selected.length >= MOST_COMPARED}
          onChange={() => toggle(id)}
        />
      </td>
      <th scope="row">
        {id} <small>{seriesName(names)}</small>
      </th>
      <td class="place">{begin}</td>
      <td class="place">{end}</td>
      <td>{best?.year}</td>
    </tr>
  );
}

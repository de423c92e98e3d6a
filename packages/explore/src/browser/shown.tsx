/** The selected series: chart, choices, and table. */
import { count, formatExact, seriesName } from "@data-quest/core/format";
import { BASIS_NAMES } from "@data-quest/core/questions/best-years/basis-names";
import type { SeriesListFacts } from "@data-quest/core/silver/series-list-facts";
import { CSV_TYPE, Download } from "./download.tsx";
import { Figure } from "./figure.tsx";
import { ObservationTable } from "./observation-table.tsx";
import { ALL, FINEST, observationsCsv, periodsOf, type ShownSeries } from "./observations.ts";
import { MOST_COMPARED, type Place, type SetPlace } from "./place.ts";
import type { Observation } from "./silver.ts";

type ShownProps = {
  facts: SeriesListFacts;
  observations: readonly (readonly Observation[])[];
  shown: readonly ShownSeries[];
  isLoading: boolean;
  place: Place;
  setPlace: SetPlace;
  toggle: (id: string) => void;
};

/** The selected series with their chart, choices, and table. */
export function Shown({ facts, observations, shown, isLoading, place, setPlace, toggle }: ShownProps) {
  const rows = shown.reduce((sum, each) => sum + each.rows.length, 0);
  const name = `${shown.map(({ series }) => series.id).join("-")}.csv`;
  const csv = async () => new Blob([observationsCsv(shown, facts.footnotes)], { type: CSV_TYPE });
  return (
    <section aria-labelledby="shown-title">
      <h2 id="shown-title">{shown.length > 1 ? "Compared series" : "Observations"}</h2>
      {place.series.length === 0 ? (
        <p>Choose a series in the list above, or up to {MOST_COMPARED} to compare them.</p>
      ) : null}
      <p role="status">{isLoading ? "Reading the observations…" : ""}</p>
      {shown.length === 0 ? null : (
        <>
          <ul class="chosen">
            {shown.map((each) => (
              <Chosen key={each.series.id} shown={each} toggle={toggle} />
            ))}
          </ul>
          <Choices observations={observations} place={place} setPlace={setPlace} />
          {rows === 0 ? (
            <p>
              {observations.flat().length === 0
                ? `The data file ${facts.dataFile} does not have the selected series.`
                : "There are no observations in the chosen periods and years."}
            </p>
          ) : (
            <Figure shown={shown} />
          )}
          <p class="tools">
            <output>{count(rows, "observation")}</output>
            <Download name={name} content={csv}>
              CSV of these observations
            </Download>
          </p>
          <ObservationTable
            shown={shown}
            footnotes={facts.footnotes}
            sort={place.rowSort}
            onSort={(rowSort) => setPlace({ rowSort })}
          />
        </>
      )}
    </section>
  );
}

function Chosen({
  shown: { series, differences },
  toggle,
}: {
  shown: ShownSeries;
  toggle: (id: string) => void;
}) {
  const { id, names, best } = series;
  return (
    <li>
      <strong>{id}</strong> {seriesName(names)}
      <small>
        {best === undefined
          ? "No best year, because the series has no values. "
          : `Best year: ${best.year}, with a sum of ${formatExact(best.value)} from ${BASIS_NAMES[best.basis]}${best.ties === "" ? "" : `, tied with ${best.ties.replaceAll(" ", ", ")}`}. `}
        {differences
          ? "Changes are differences in the unit of the series: percent changes are meaningless for rates and for values that are not positive. "
          : "Changes are in percent. "}
      </small>
      <span class="tools">
        <a href={`https://data.bls.gov/timeseries/${encodeURIComponent(id)}`} rel="noreferrer">
          {id} at data.bls.gov
        </a>
        <button type="button" onClick={() => toggle(id)}>
          Remove {id}
        </button>
      </span>
    </li>
  );
}

function Choices({ observations, place, setPlace }: Pick<ShownProps, "observations" | "place" | "setPlace">) {
  const years = observations.flat().map(({ year }) => year);
  const first = years.reduce((least, year) => Math.min(least, year), Number.POSITIVE_INFINITY);
  const last = years.reduce((most, year) => Math.max(most, year), Number.NEGATIVE_INFINITY);
  const span = Number.isFinite(first)
    ? Array.from({ length: last - first + 1 }, (_, index) => first + index)
    : [];
  const year = (label: string, key: "from" | "to") => (
    <label>
      <span>{label}</span>
      <select
        value={place[key] ?? ""}
        onChange={({ currentTarget: { value } }) =>
          setPlace({ [key]: value === "" ? undefined : Number(value) })
        }
      >
        <option value="">{key === "from" ? "First year" : "Last year"}</option>
        {span.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
  return (
    <form class="filters" aria-label="Periods and years" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>Periods</span>
        <select value={place.periods} onChange={(event) => setPlace({ periods: event.currentTarget.value })}>
          <option value={FINEST}>Most frequent for each series</option>
          <option value={ALL}>All, averages included</option>
          {periodsOf(observations).map((period) => (
            <option key={period}>{period}</option>
          ))}
        </select>
      </label>
      {year("From", "from")}
      {year("To", "to")}
    </form>
  );
}

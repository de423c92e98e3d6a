/** The table of the observations shown. */
import { periodPlace } from "@data-quest/core/bls-file/periods";
import { formatExact } from "@data-quest/core/format";
import { mostDecimals, roomBehind } from "@data-quest/core/page/figure";
import { MOST_PRINTED } from "@data-quest/core/page/style";
import { footnotesInWords } from "@data-quest/core/questions/series-with-population/footnotes";
import type { SeriesListFacts } from "@data-quest/core/silver/series-list-facts";
import { exactUnits } from "./decimals.ts";
import { byTime, type ShownObservation, type ShownSeries, timeOf, timeRank } from "./observations.ts";
import { type Sort, type SortKeys, sortRows } from "./sort.ts";
import { SortHeader } from "./sort-header.tsx";

type TableProps = {
  shown: readonly ShownSeries[];
  footnotes: SeriesListFacts["footnotes"];
  sort: Sort | undefined;
  onSort: (sort: Sort | undefined) => void;
};

const COLUMNS = [
  { column: "series", name: "Series", isNumber: false },
  { column: "year", name: "Year", isNumber: false },
  { column: "period", name: "Period", isNumber: false },
  { column: "value", name: "Value", isNumber: true },
  { column: "from_period", name: "Change from previous period", isNumber: true },
  { column: "from_year", name: "Change from previous year", isNumber: true },
  { column: "footnotes", name: "Footnotes", isNumber: false },
];

/** The observations by series, latest first, or sorted by a column. */
export function ObservationTable({ shown, footnotes, sort, onSort }: TableProps) {
  const rows = shown.flatMap(tableRows);
  const decimals = mostDecimals(rows.map(({ value }) => value));
  return (
    <>
      <section class="scroll observations" tabindex={0} aria-label="Table of observations">
        <table>
          <caption>{sort === undefined ? "Observations, latest first" : "Observations"}</caption>
          <thead>
            <tr>
              {COLUMNS.map(({ column, ...header }) => (
                <SortHeader key={column} {...header} column={column} sort={sort} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {sortRows(rows, sort, ROW_KEYS).map((row) => (
              <ObservationRow
                key={`${row.id} ${timeOf(row)}`}
                row={row}
                decimals={decimals}
                footnotes={footnotes}
              />
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > MOST_PRINTED ? (
        <p class="printed">
          Only the first {MOST_PRINTED} observations are printed. The CSV file has all of them.
        </p>
      ) : null}
    </>
  );
}

type TableRow = ShownObservation & { id: string; differences: boolean; isBest: boolean };

function tableRows({ series: { id, best }, differences, rows }: ShownSeries): TableRow[] {
  return rows
    .map((row) => ({ ...row, id, differences, isBest: row.year === best?.year }))
    .sort((a, b) => byTime(b, a));
}

const ROW_KEYS: SortKeys<TableRow> = {
  series: ({ id }) => id,
  year: timeRank,
  period: ({ period }) => periodPlace(period),
  value: ({ value }) => exactUnits(value),
  from_period: ({ fromPeriod }) => exactUnits(fromPeriod),
  from_year: ({ fromYear }) => exactUnits(fromYear),
  footnotes: ({ footnotes }) => footnotes || null,
};

function ObservationRow({
  row,
  decimals,
  footnotes,
}: {
  row: TableRow;
  decimals: number;
  footnotes: SeriesListFacts["footnotes"];
}) {
  const { id, year, period, value, differences, isBest } = row;
  return (
    <tr class={isBest ? "best" : undefined}>
      <th scope="row">{id}</th>
      <td>
        {year}
        {isBest ? <small>best year</small> : null}
      </td>
      <td>{period}</td>
      <td class="number" data-room={value === null ? undefined : roomBehind(value, decimals)}>
        {value === null ? "none" : formatExact(value)}
      </td>
      <td class="number">{changeText(row.fromPeriod, differences)}</td>
      <td class="number">{changeText(row.fromYear, differences)}</td>
      <td>{footnotesInWords(row.footnotes, footnotes)}</td>
    </tr>
  );
}

function changeText(change: string | null, differences: boolean): string {
  if (change === null) return "";
  const signed = change.startsWith("-") || Number(change) === 0 ? change : `+${change}`;
  return differences ? signed : `${signed}%`;
}

/** The section Revisions: how each release of the data file changed the selected series. */
import { periodPlace } from "@data-quest/core/bls-file/periods";
import { count, formatChange, formatExact } from "@data-quest/core/format";
import { footnotesInWords } from "@data-quest/core/questions/series-with-population/footnotes";
import type { SeriesListFacts } from "@data-quest/core/silver/series-list-facts";
import { exactUnits } from "./decimals.ts";
import { CSV_TYPE, Download } from "./download.tsx";
import { useLoaded } from "./loaded.ts";
import { type ShownSeries, timeOf, timeRank } from "./observations.ts";
import {
  changeBetween,
  dateOf,
  firstValue,
  lastValue,
  type RevisedObservation,
  type Revision,
  revisionsCsv,
  type SeriesRevisions,
} from "./revisions.ts";
import type { SilverReader } from "./silver-reader.ts";
import { type Sort, type SortKeys, sortRows } from "./sort.ts";
import { SortHeader } from "./sort-header.tsx";

type Footnotes = SeriesListFacts["footnotes"];

type Sorting = { sort: Sort | undefined; onSort: (sort: Sort | undefined) => void };

/** The revisions of the observations that are shown, and of those that the newest release no longer has. */
export function Revisions({
  reader,
  shown,
  ...sorting
}: { reader: SilverReader; shown: readonly ShownSeries[] } & Sorting) {
  const { dataFile, footnotes } = reader.facts;
  const ids = shown.map(({ series }) => series.id);
  const read = useLoaded(() => Promise.all(ids.map((id) => reader.revisions(id))), reader, ids.join(","));
  if (ids.length === 0) return null;
  const all = (read.value ?? []).flatMap((series) => {
    const rows = shown.find((each) => each.series.id === series.id)?.rows;
    return rows === undefined ? [] : [ofShown(series, rows)];
  });
  return (
    <section aria-labelledby="revised-title">
      <h2 id="revised-title">Revisions</h2>
      {read.error ? <p role="alert">{failureText(read.error, dataFile)}</p> : null}
      {all.length === 0 ? null : <Coverage all={all} dataFile={dataFile} />}
      {all.some(({ rows }) => rows.length > 0) ? (
        <Listed all={all} footnotes={footnotes} {...sorting} />
      ) : null}
      {read.error || all.length > 0 ? null : <p>Reading the revisions…</p>}
    </section>
  );
}

type ListedProps = { all: readonly SeriesRevisions[]; footnotes: Footnotes } & Sorting;

function Listed(props: ListedProps) {
  const { all } = props;
  const rows = all.reduce((sum, each) => sum + each.rows.length, 0);
  const csv = async () => new Blob([revisionsCsv(all)], { type: CSV_TYPE });
  return (
    <>
      <p class="tools">
        <output>{count(rows, "observation")}</output>
        <Download name={`${all.map(({ id }) => id).join("-")}-revisions.csv`} content={csv}>
          CSV of these revisions
        </Download>
      </p>
      <RevisedTable {...props} />
    </>
  );
}

/** Only the observations that are shown, or that the newest release has no value for. */
function ofShown(series: SeriesRevisions, shown: ShownSeries["rows"]): SeriesRevisions {
  const times = new Set(shown.map(timeOf));
  const rows = series.rows.filter((row) => times.has(timeOf(row)) || lastValue(row) === null);
  return { ...series, rows };
}

function failureText(error: Error, dataFile: string): string {
  return error.name === "FileMissing"
    ? `The releases of ${dataFile} are not recorded yet. The next run of the survey writes them.`
    : `The revisions could not be read: ${error.message}. Reload the page to try again.`;
}

/** Which releases the table covers, and what is unknown. */
function Coverage({ all, dataFile }: { all: readonly SeriesRevisions[]; dataFile: string }) {
  const [{ since, releases = 0, unread = 0, unknown = 0 } = { since: undefined }] = all;
  if (releases < 2 || since === undefined)
    return <p>There is only one release of {dataFile} so far. Nothing has been revised.</p>;
  const rows = all.reduce((sum, each) => sum + each.rows.length, 0);
  return (
    <p>
      {rows === 0 ? "None of the observations shown were" : "Observations that were"} added, changed, or
      dropped in the {count(releases - unread, "release")} of {dataFile} since {dateOf(since)}.
      {unread > 0 ? ` ${count(unread, "older release is", "older releases are")} not included.` : ""}
      {unknown > 0 ? ` The changes in ${count(unknown, "release")} are unknown; the report says why.` : ""}
    </p>
  );
}

type Row = RevisedObservation & { id: string; since: string | undefined };

const COLUMNS = [
  { column: "series", name: "Series", isNumber: false },
  { column: "year", name: "Year", isNumber: false },
  { column: "period", name: "Period", isNumber: false },
  { column: "first_value", name: "First value", isNumber: true },
  { column: "since", name: "Since", isNumber: false },
  { column: "revisions", name: "Revisions", isNumber: false },
  { column: "value_now", name: "Value now", isNumber: true },
  { column: "change", name: "Total change", isNumber: true },
];

const ROW_KEYS: SortKeys<Row> = {
  series: ({ id }) => id,
  year: timeRank,
  period: ({ period }) => periodPlace(period),
  first_value: (row) => exactUnits(firstValue(row)),
  since: (row) => sinceText(row) || null,
  revisions: (row) => laterRevisions(row).length,
  value_now: (row) => exactUnits(lastValue(row)),
  change: (row) => exactUnits(totalChange(row)),
};

function RevisedTable({ all, footnotes, sort, onSort }: ListedProps) {
  const rows = all.flatMap(({ id, rows, since }) =>
    rows.map((row): Row => ({ ...row, id, since: since && dateOf(since) })),
  );
  return (
    <section class="scroll" tabindex={0} aria-label="Table of revisions">
      <table>
        <caption>Values in each release{sort === undefined ? ", latest observation first" : ""}</caption>
        <thead>
          <tr>
            {COLUMNS.map(({ column, ...header }) => (
              <SortHeader key={column} {...header} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sortRows(rows, sort, ROW_KEYS).map((row) => (
            <tr key={`${row.id} ${timeOf(row)}`}>
              <th scope="row">{row.id}</th>
              <td>{row.year}</td>
              <td>{row.period}</td>
              <td class="number">{valueText(firstValue(row))}</td>
              <td class="place">{sinceText(row)}</td>
              <td>
                <RevisionList row={row} footnotes={footnotes} />
              </td>
              <td class="number">{valueText(lastValue(row))}</td>
              <td class="number">{changeText(totalChange(row))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function totalChange(row: RevisedObservation): string | null {
  return changeBetween(firstValue(row), lastValue(row));
}

function sinceText({ revisions: [first], since }: Row): string {
  if (first?.kind === "added") return dateOf(first.release);
  return since === undefined ? "" : `${since} or before`;
}

/** The revisions after an observation first had a value. */
function laterRevisions({ revisions }: RevisedObservation): Revision[] {
  return revisions[0]?.kind === "added" ? revisions.slice(1) : revisions;
}

function RevisionList({ row, footnotes }: { row: RevisedObservation; footnotes: Footnotes }) {
  const later = laterRevisions(row);
  if (later.length === 0) return <>none</>;
  return (
    <ol class="revised">
      {later.map((revision) => (
        <li key={revision.release.id}>
          <span class="place">{dateOf(revision.release)}:</span> {revisionText(revision, footnotes)}
          {operatorText(revision)}
        </li>
      ))}
    </ol>
  );
}

function revisionText({ kind, before, after, ...codes }: Revision, footnotes: Footnotes): string {
  const words = (given: string) => footnotesInWords(given, footnotes) || "none";
  switch (kind) {
    case "changed":
      return `${valueText(after)} (${changeText(changeBetween(before, after))})`;
    case "added":
      return `${valueText(after)}, previously without a value`;
    case "dropped":
      return "no longer has a value";
    case "footnotes":
      return `same value; footnotes ${words(codes.footnotesBefore)} became ${words(codes.footnotesAfter)}`;
  }
}

/** Describes an operator's part in a revision. Empty if the revision comes from BLS alone. */
function operatorText({ release: { comparison } }: Revision): string {
  const causes = comparison.causes?.map(({ cause }) => cause) ?? [];
  if (causes.every((cause) => cause === "published")) return "";
  return causes.includes("accepted") ? ", replacing an operator’s version" : ", from an operator";
}

function valueText(value: string | null): string {
  return value === null ? "none" : formatExact(value);
}

function changeText(change: string | null): string {
  return change === null ? "" : Number(change) === 0 ? change : formatChange(change);
}

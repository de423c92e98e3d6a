/** What differs between two versions of a file. */
import type { DiffRow, FileDiff } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
import { count } from "../lib/format.ts";
import { Answered } from "./answered.tsx";
import { Panel } from "./basics.tsx";
import { PlainTable, type TableColumn } from "./plain-table.tsx";

export function FileDifference({
  fileKey,
  before,
  after,
}: {
  fileKey: string;
  before: string;
  after: string;
}) {
  const query = new URLSearchParams({ key: fileKey, before, after });
  const answer = useAnswer<FileDiff>(`/api/files/difference?${query}`);
  return (
    <Panel title="Difference">
      <div className="content stack">
        <p className="faint">
          From <code>{before.slice(0, 12)}</code> to <code>{after.slice(0, 12)}</code>
        </p>
        <Answered answer={answer} waiting="Comparing">
          {(difference) => <Difference difference={difference} />}
        </Answered>
      </div>
    </Panel>
  );
}

function Difference({ difference }: { difference: FileDiff }) {
  const { kind, added, changed, dropped, footnotes, series, rows } = difference;
  const total = added + changed + dropped + footnotes;
  if (total === 0) return <p>Both versions hold the same {kind === "lines" ? "lines" : "observations"}.</p>;
  return (
    <>
      <p>
        <strong>{count(added)}</strong> added,{" "}
        {kind === "observations" && (
          <>
            <strong>{count(changed)}</strong> changed,{" "}
          </>
        )}
        <strong>{count(dropped)}</strong> dropped
        {footnotes > 0 && (
          <>
            , <strong>{count(footnotes)}</strong> with other footnotes
          </>
        )}
      </p>
      {series.length > 0 && (
        <PlainTable
          label="Differences by series"
          caption={series.length >= 200 ? "By series (those with the most differences)" : "By series"}
          bounded
          rows={series}
          keyOf={({ id }) => id}
          columns={[
            { name: "Series", rowHeader: true, mono: true, cell: ({ id }) => id },
            { name: "Added", end: true, cell: (each) => count(each.added) },
            { name: "Changed", end: true, cell: (each) => count(each.changed) },
            { name: "Dropped", end: true, cell: (each) => count(each.dropped) },
            { name: "Other footnotes", end: true, cell: (each) => count(each.footnotes) },
          ]}
        />
      )}
      <PlainTable
        label="Differences row by row"
        caption={total > rows.length ? `Rows (the first ${count(rows.length)} of ${count(total)})` : "Rows"}
        bounded
        rows={rows}
        keyOf={(_row, index) => String(index)}
        columns={rowColumns(kind === "observations")}
      />
    </>
  );
}

function rowColumns(observations: boolean): TableColumn<DiffRow>[] {
  const value = { end: observations, mono: true };
  return [
    ...(observations
      ? [
          { name: "Series", rowHeader: true, mono: true, cell: ({ series }: DiffRow) => series },
          { name: "Year", cell: ({ year }: DiffRow) => year },
          { name: "Period", cell: ({ period }: DiffRow) => period },
        ]
      : []),
    {
      ...value,
      name: "Before",
      cell: ({ before }) => (before === null ? <span className="faint">(none)</span> : <del>{before}</del>),
    },
    {
      ...value,
      name: "After",
      cell: ({ after }) => (after === null ? <span className="faint">(none)</span> : <ins>{after}</ins>),
    },
  ];
}

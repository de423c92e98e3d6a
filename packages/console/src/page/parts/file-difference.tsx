/** What differs between two versions of a file. */
import type { DiffRow, FileDiff } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
import { count } from "../lib/format.ts";
import { Alert, Panel, TableScroll } from "./basics.tsx";

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
  const { value, error } = useAnswer<FileDiff>(`/api/files/difference?${query}`);
  return (
    <Panel title="Difference">
      <div className="content stack">
        <p className="faint">
          From <code>{before.slice(0, 12)}</code> to <code>{after.slice(0, 12)}</code>
        </p>
        {error !== undefined && <Alert kind="error">{error}</Alert>}
        {value === undefined ? (
          error === undefined && <p className="faint">Comparing</p>
        ) : (
          <Difference difference={value} />
        )}
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
        <TableScroll label="Differences by series" bounded>
          <table>
            <caption>By series{series.length >= 200 ? " (those with most differences)" : ""}</caption>
            <thead>
              <tr>
                <th scope="col">Series</th>
                <th scope="col" className="end">
                  Added
                </th>
                <th scope="col" className="end">
                  Changed
                </th>
                <th scope="col" className="end">
                  Dropped
                </th>
                <th scope="col" className="end">
                  Other footnotes
                </th>
              </tr>
            </thead>
            <tbody>
              {series.map((each) => (
                <tr key={each.id}>
                  <th scope="row" className="mono">
                    {each.id}
                  </th>
                  <td className="end">{count(each.added)}</td>
                  <td className="end">{count(each.changed)}</td>
                  <td className="end">{count(each.dropped)}</td>
                  <td className="end">{count(each.footnotes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      <TableScroll label="Differences row by row" bounded>
        <table>
          <caption>
            Rows{total > rows.length ? ` (the first ${count(rows.length)} of ${count(total)})` : ""}
          </caption>
          <thead>
            <tr>
              {kind === "observations" && (
                <>
                  <th scope="col">Series</th>
                  <th scope="col">Year</th>
                  <th scope="col">Period</th>
                </>
              )}
              <th scope="col" className={kind === "observations" ? "end" : ""}>
                Before
              </th>
              <th scope="col" className={kind === "observations" ? "end" : ""}>
                After
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a difference do not change.
              <Row key={index} row={row} observations={kind === "observations"} />
            ))}
          </tbody>
        </table>
      </TableScroll>
    </>
  );
}

function Row({ row, observations }: { row: DiffRow; observations: boolean }) {
  const end = observations ? "end mono" : "mono";
  return (
    <tr>
      {observations && (
        <>
          <th scope="row" className="mono">
            {row.series}
          </th>
          <td>{row.year}</td>
          <td>{row.period}</td>
        </>
      )}
      <td className={end}>
        {row.before === null ? <span className="faint">(none)</span> : <del>{row.before}</del>}
      </td>
      <td className={end}>
        {row.after === null ? <span className="faint">(none)</span> : <ins>{row.after}</ins>}
      </td>
    </tr>
  );
}

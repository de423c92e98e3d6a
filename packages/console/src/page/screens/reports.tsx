/** Every execution's report. */
import type { ReportRow } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
import { AnsweredList } from "../parts/answered.tsx";
import { Link, Moment, Panel } from "../parts/basics.tsx";
import { PlainTable, type TableColumn } from "../parts/plain-table.tsx";

export function ReportsScreen() {
  const answer = useAnswer<readonly ReportRow[]>("/api/reports");
  return (
    <div className="stack">
      <h1>Reports</h1>
      <Panel label="Reports">
        <AnsweredList answer={answer} empty="No execution has written a report yet.">
          {(reports) => (
            <PlainTable
              label="Reports"
              rows={reports}
              keyOf={({ survey, execution }) => `${survey}/${execution}`}
              columns={COLUMNS}
            />
          )}
        </AnsweredList>
      </Panel>
    </div>
  );
}

const COLUMNS: TableColumn<ReportRow>[] = [
  {
    name: "Report",
    rowHeader: true,
    cell: ({ survey, execution }) => (
      <Link to={`/reports/${survey}/${encodeURIComponent(execution)}`}>{execution}</Link>
    ),
  },
  { name: "Survey", cell: ({ survey }) => survey },
  { name: "Written", cell: ({ time }) => <Moment time={time} /> },
  {
    name: "Page",
    cell: ({ url }) =>
      url !== null && (
        <a href={url} target="_blank" rel="noopener">
          Open
        </a>
      ),
  },
  {
    name: "Series",
    cell: ({ exploreUrl }) => (
      <a href={exploreUrl} target="_blank" rel="noopener">
        Explore
      </a>
    ),
  },
  {
    name: "Files",
    cell: ({ files }) => (
      <div className="row">
        {files
          .filter(({ name }) => !name.endsWith(".html"))
          .map(({ name, url }) => (
            <a key={name} href={url} target="_blank" rel="noopener">
              {name}
            </a>
          ))}
      </div>
    ),
  },
];

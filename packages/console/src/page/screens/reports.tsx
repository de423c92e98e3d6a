/** Every execution's report. */
import type { ReportRow } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
import { Alert, Link, Moment, Panel, TableScroll } from "../parts/basics.tsx";

export function ReportsScreen() {
  const { value, error } = useAnswer<ReportRow[]>("/api/reports");
  return (
    <div className="stack">
      <h1>Reports</h1>
      {error !== undefined && <Alert kind="error">{error}</Alert>}
      <Panel label="Reports">
        {value?.length === 0 && <p className="empty">No execution has written a report yet.</p>}
        {value === undefined && error === undefined && <p className="empty">Loading</p>}
        {value !== undefined && value.length > 0 && (
          <TableScroll label="Reports">
            <table>
              <thead>
                <tr>
                  <th scope="col">Report</th>
                  <th scope="col">Survey</th>
                  <th scope="col">Written</th>
                  <th scope="col">Page</th>
                  <th scope="col">Series</th>
                  <th scope="col">Files</th>
                </tr>
              </thead>
              <tbody>
                {value.map((report) => (
                  <tr key={`${report.survey}/${report.execution}`}>
                    <th scope="row">
                      <Link to={`/reports/${report.survey}/${encodeURIComponent(report.execution)}`}>
                        {report.execution}
                      </Link>
                    </th>
                    <td>{report.survey}</td>
                    <td>
                      <Moment time={report.time} />
                    </td>
                    <td>
                      {report.url !== null && (
                        <a href={report.url} target="_blank" rel="noopener">
                          Open
                        </a>
                      )}
                    </td>
                    <td>
                      <a href={report.exploreUrl} target="_blank" rel="noopener">
                        Explore
                      </a>
                    </td>
                    <td>
                      <div className="row">
                        {report.files
                          .filter(({ name }) => !name.endsWith(".html"))
                          .map(({ name, url }) => (
                            <a key={name} href={url} target="_blank" rel="noopener">
                              {name}
                            </a>
                          ))}
                      </div>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableScroll>
        )}
      </Panel>
    </div>
  );
}

/** One report with its lineage: from a number to the file versions, and to the steps that fetched them. */
import { Button } from "react-aria-components";
import type { ReportLineage } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
import { matchesWords } from "../lib/filter.ts";
import { count } from "../lib/format.ts";
import { setParameters, useParameters } from "../lib/location.ts";
import { Alert, Breadcrumbs, Bytes, Link, Panel, Search, TableScroll } from "../parts/basics.tsx";

export function ReportScreen({ survey, execution }: { survey: string; execution: string }) {
  const { value, error } = useAnswer<ReportLineage>(
    `/api/reports/${encodeURIComponent(survey)}/${encodeURIComponent(execution)}`,
  );
  return (
    <>
      <Breadcrumbs items={[["Reports", "/reports"]]} />
      <div className="stack">
        {error !== undefined && <Alert kind="error">{error}</Alert>}
        {value && <Lineage report={value} />}
      </div>
    </>
  );
}

function Lineage({ report }: { report: ReportLineage }) {
  const parameters = useParameters();
  const text = parameters.get("text") ?? "";
  // A figure's label is its name in the address, because a later report may have more figures.
  const chosen = parameters.get("figure");
  const figure = report.figures.find(({ label }) => label === chosen);
  const figures = report.figures.filter(({ question, label, value }) =>
    matchesWords(`${question} ${label} ${value}`, text),
  );
  const inputs = report.inputs.filter(({ key }) => figure === undefined || figure.inputs.includes(key));
  return (
    <>
      <div className="spread">
        <h1>
          Report of {report.execution} <span className="faint">({report.survey})</span>
        </h1>
        <div className="row">
          {report.executionArn !== null && (
            <Link
              className="button"
              to={`/executions/${encodeURIComponent(report.executionArn)}?step=${encodeURIComponent("state:Analyze")}`}
            >
              Step that wrote it
            </Link>
          )}
          <a className="button primary" href={report.url} target="_blank" rel="noopener">
            Open the report
          </a>
        </div>
      </div>
      <div className="lineage">
        <Panel title="Figures">
          <div className="content row no-print">
            <Search label="Find a figure" value={text} onChange={(words) => setParameters({ text: words })} />
            <span className="faint" role="status">
              {count(figures.length)} of {count(report.figures.length)} figures
            </span>
          </div>
          <TableScroll label="Figures" bounded>
            <table>
              <thead>
                <tr>
                  <th scope="col">Question</th>
                  <th scope="col">Figure</th>
                  <th scope="col" className="end">
                    Value
                  </th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {figures.map(({ question, label, value }) => (
                  <tr key={`${question} ${label}`} className={chosen === label ? "marked" : undefined}>
                    <td>{question}</td>
                    <th scope="row">{label}</th>
                    <td className="end">{value}</td>
                    <td>
                      <Button
                        className="button link"
                        aria-pressed={chosen === label}
                        aria-label={`${chosen === label ? "All files" : "Comes from"}: ${label}`}
                        onPress={() => setParameters({ figure: chosen === label ? null : label })}
                      >
                        {chosen === label ? "All files" : "Comes from"}
                      </Button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableScroll>
        </Panel>
        <Panel title={figure === undefined ? "Computed from" : `${figure.label}: computed from`}>
          <TableScroll label="Computed from">
            <table>
              <thead>
                <tr>
                  <th scope="col">File version</th>
                  <th scope="col">SHA-256</th>
                  <th scope="col" className="end">
                    Size
                  </th>
                  <th scope="col">Fetched by</th>
                  <th scope="col">In this execution</th>
                </tr>
              </thead>
              <tbody>
                {inputs.map(({ key, versionId, sha256, bytes, writtenBy }) => (
                  <tr key={key}>
                    <th scope="row">
                      <Link to={`/files/${key}?version=${encodeURIComponent(versionId)}`}>
                        {key.split("/").at(-1)}
                      </Link>
                      <span className="mono faint"> {versionId.slice(0, 12)}</span>
                    </th>
                    <td className="mono" title={sha256}>
                      {sha256.slice(0, 12)}
                    </td>
                    <td className="end">
                      <Bytes bytes={bytes} />
                    </td>
                    <td>
                      {writtenBy === null ? (
                        "an operator"
                      ) : (
                        <Link to={attemptsOf(writtenBy, key)}>{writtenBy.split(":").at(-1)}</Link>
                      )}
                    </td>
                    <td>
                      {report.executionArn !== null && (
                        <Link to={attemptsOf(report.executionArn, key)}>Step</Link>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableScroll>
        </Panel>
      </div>
    </>
  );
}

/** The attempts of the step that was about a file. */
function attemptsOf(executionArn: string, key: string): string {
  const parameters = new URLSearchParams({ view: "files", step: `file:${key}`, about: "attempts" });
  return `/executions/${encodeURIComponent(executionArn)}?${parameters}`;
}

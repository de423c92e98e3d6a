/** One report beside its lineage: from a number to the versions of the files, to the steps that fetched them. */
import { useState } from "react";
import { Button } from "react-aria-components";
import type { ReportLineage } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
import { Alert, Breadcrumbs, Bytes, Link, Panel, TableScroll } from "../parts/basics.tsx";

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
  const [chosen, setChosen] = useState<number>();
  const figure = chosen === undefined ? undefined : report.figures[chosen];
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
          <TableScroll label="Figures">
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
                {report.figures.map(({ question, label, value }, index) => (
                  <tr key={label} className={chosen === index ? "marked" : undefined}>
                    <td>{question}</td>
                    <th scope="row">{label}</th>
                    <td className="end">{value}</td>
                    <td>
                      <Button
                        className="button link"
                        aria-pressed={chosen === index}
                        aria-label={`${chosen === index ? "All files" : "Comes from"}: ${label}`}
                        onPress={() => setChosen(chosen === index ? undefined : index)}
                      >
                        {chosen === index ? "All files" : "Comes from"}
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
                  <th scope="col">In this execution</th>
                </tr>
              </thead>
              <tbody>
                {inputs.map(({ key, versionId, sha256, bytes }) => (
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
                      {report.executionArn !== null && (
                        <Link
                          to={`/executions/${encodeURIComponent(report.executionArn)}?view=files&step=${encodeURIComponent(`file:${key}`)}`}
                        >
                          Step
                        </Link>
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

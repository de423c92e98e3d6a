/** One report with its lineage: from a number to the file versions, and to the steps that fetched them. */
import { Button } from "react-aria-components";
import type { ReportLineage } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
import { matchesWords } from "../lib/filter.ts";
import { count } from "../lib/format.ts";
import { setParameters, useParameters } from "../lib/location.ts";
import { stepAbout } from "../lib/step-links.ts";
import { Answered } from "../parts/answered.tsx";
import { Breadcrumbs, Bytes, Link, Panel, Search } from "../parts/basics.tsx";
import { PlainTable } from "../parts/plain-table.tsx";

export function ReportScreen({ survey, execution }: { survey: string; execution: string }) {
  const answer = useAnswer<ReportLineage>(
    `/api/reports/${encodeURIComponent(survey)}/${encodeURIComponent(execution)}`,
  );
  return (
    <>
      <Breadcrumbs items={[["Reports", "/reports"]]} />
      <div className="stack">
        <h1>
          Report of {execution} <span className="faint">({survey})</span>
        </h1>
        <Answered answer={answer}>{(report) => <Lineage report={report} />}</Answered>
      </div>
    </>
  );
}

function Lineage({ report }: { report: ReportLineage }) {
  const parameters = useParameters();
  const text = parameters.get("text") ?? "";
  // The URL identifies a figure by its label, because a later report may have more figures.
  const chosen = parameters.get("figure");
  const figure = report.figures.find(({ label }) => label === chosen);
  const figures = report.figures.filter(({ question, label, value }) =>
    matchesWords(`${question} ${label} ${value}`, text),
  );
  const inputs = report.inputs.filter(({ key }) => figure === undefined || figure.inputs.includes(key));
  return (
    <>
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
      <div className="lineage">
        <div className="stack">
          <Panel title="Figures">
            <div className="content row no-print">
              <Search
                label="Find a figure"
                value={text}
                onChange={(words) => setParameters({ text: words })}
              />
              <span className="faint" role="status">
                {count(figures.length)} of {count(report.figures.length)} figures
              </span>
            </div>
            <PlainTable
              label="Figures"
              bounded
              rows={figures}
              keyOf={({ question, label }) => `${question} ${label}`}
              isMarked={({ label }) => label === chosen}
              columns={[
                { name: "Question", cell: ({ question }) => question },
                { name: "Figure", rowHeader: true, cell: ({ label }) => label },
                { name: "Value", end: true, cell: ({ value }) => value },
                {
                  name: "",
                  cell: ({ label }) => {
                    const text = chosen === label ? "All files" : "Comes from";
                    return (
                      <Button
                        className="button link"
                        aria-pressed={chosen === label}
                        aria-label={`${text}: ${label}`}
                        onPress={() => setParameters({ figure: chosen === label ? null : label })}
                      >
                        {text}
                      </Button>
                    );
                  },
                },
              ]}
            />
          </Panel>
          <Panel title={figure === undefined ? "Computed from" : `${figure.label}: computed from`}>
            <PlainTable
              label="Computed from"
              rows={inputs}
              keyOf={({ key }) => key}
              columns={[
                {
                  name: "File version",
                  rowHeader: true,
                  cell: ({ key, versionId }) => (
                    <>
                      <Link to={`/files/${key}?version=${encodeURIComponent(versionId)}`}>
                        {key.split("/").at(-1)}
                      </Link>
                      <span className="mono faint"> {versionId.slice(0, 12)}</span>
                    </>
                  ),
                },
                {
                  name: "SHA-256",
                  mono: true,
                  cell: ({ sha256 }) => <span title={sha256}>{sha256.slice(0, 12)}</span>,
                },
                { name: "Size", end: true, cell: ({ bytes }) => <Bytes bytes={bytes} /> },
                {
                  name: "Fetched by",
                  cell: ({ key, writtenBy }) =>
                    writtenBy === null ? (
                      "an operator"
                    ) : (
                      <Link to={stepAbout(writtenBy, key, "attempts")}>{writtenBy.split(":").at(-1)}</Link>
                    ),
                },
                {
                  name: "In this execution",
                  cell: ({ key }) =>
                    report.executionArn !== null && (
                      <Link to={stepAbout(report.executionArn, key, "attempts")}>Step</Link>
                    ),
                },
              ]}
            />
          </Panel>
        </div>
        <Panel title="Report">
          <iframe
            className="report"
            title={`Report of ${report.execution}`}
            src={report.url}
            sandbox="allow-scripts allow-same-origin allow-downloads allow-popups"
          />
        </Panel>
      </div>
    </>
  );
}

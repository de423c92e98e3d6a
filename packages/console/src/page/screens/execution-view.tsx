/** One execution: summary, views, and the selected step. The console shows it live; a trace shows it as it was. */

import { pipelineParentKey } from "@data-quest/core/constants";
import { causeMessage, timeSpent, type Visit } from "@data-quest/execution-history";
import type { ReactNode } from "react";
import { useMemo } from "react";
import { Button, Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { LogLine } from "../../api-types.ts";
import { readDefinition } from "../lib/definition.ts";
import { type ExecutionStore, useVersion } from "../lib/execution-store.ts";
import { durationText } from "../lib/format.ts";
import { parseJson, textMember } from "../lib/json.ts";
import { setParameters, useParameters } from "../lib/location.ts";
import { findSelection } from "../lib/selection.ts";
import { definitionPath, stateStatuses } from "../lib/state-status.ts";
import { threadKey, visitKey } from "../lib/step-key.ts";
import { executionPath, reportLink } from "../lib/step-links.ts";
import { useNow } from "../lib/ticking.ts";
import { Alert, CopyButton, Facts, Link, Moment, Panel } from "../parts/basics.tsx";
import { Connection } from "../parts/connection.tsx";
import { EventsTable } from "../parts/events-table.tsx";
import { FilesTable } from "../parts/files-table.tsx";
import { Graph } from "../parts/graph.tsx";
import { JsonBlock } from "../parts/json-view.tsx";
import { StatusText } from "../parts/status.tsx";
import { StepDetail } from "../parts/step-detail.tsx";
import { TimelineTable } from "../parts/timeline-table.tsx";

export type ExecutionViewProps = {
  store: ExecutionStore;
  /** The action buttons. Undefined in a trace. */
  actions?: ReactNode;
  log: readonly LogLine[] | null | undefined;
  /** The contents of the Cost tab. If undefined, the tab is not shown. */
  cost?: ReactNode;
  /** Whether links to other pages are possible. */
  links: boolean;
};

const FIRST_VIEW = "graph";

export function ExecutionView({ store, actions, log, cost, links }: ExecutionViewProps) {
  const version = useVersion(store);
  const parameters = useParameters();
  const { timeline, description, live } = store;
  const running = live.status === "RUNNING";
  const now = useNow(running);
  const definition = useMemo(() => readDefinition(description.definition), [description]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the timeline is updated in place; its version changes.
  const statuses = useMemo(() => stateStatuses(timeline), [timeline, version]);
  const step = parameters.get("step");
  const selection = findSelection(step, store, definition, statuses);
  const attempt = Number(parameters.get("attempt") ?? 0) || undefined;
  const select = (key: string, number?: number) =>
    setParameters({ step: key, attempt: number === undefined ? null : String(number) });
  const view = parameters.get("view") ?? FIRST_VIEW;
  const selectedKey =
    selection?.kind === "visit"
      ? visitKey(selection.visit)
      : selection?.kind === "thread"
        ? threadKey(selection.thread)
        : undefined;
  const end = live.stop === null ? undefined : Date.parse(live.stop);
  const time = { timeline, version, now: end ?? now, selected: selectedKey };
  return (
    <div className="stack">
      <div className="spread">
        <div>
          <h1>{description.name}</h1>
          <p className="mono faint">
            {description.arn} <CopyButton text={description.arn} label="Copy the execution's ARN" />
          </p>
        </div>
        {actions !== undefined && <div className="row no-print">{actions}</div>}
      </div>
      <Connection state={store.connection} />
      <Summary store={store} now={end ?? now} links={links} />
      <Failure store={store} onSelect={(visit) => select(visitKey(visit))} />
      <div className={`execution${selection ? " with-step" : ""}`}>
        <section className="panel views" aria-label="Views">
          <Tabs
            className="tabs"
            selectedKey={view}
            onSelectionChange={(key) => setParameters({ view: key === FIRST_VIEW ? null : String(key) })}
          >
            <TabList aria-label="Views of the execution">
              <Tab id="graph" className="tab">
                Graph
              </Tab>
              <Tab id="table" className="tab">
                Table
              </Tab>
              <Tab id="events" className="tab">
                Events
              </Tab>
              <Tab id="files" className="tab">
                Files
              </Tab>
              {cost !== undefined && (
                <Tab id="cost" className="tab">
                  Cost
                </Tab>
              )}
              <Tab id="data" className="tab">
                Input and output
              </Tab>
              <Tab id="definition" className="tab">
                Definition
              </Tab>
            </TabList>
            <TabPanel id="graph">
              <Graph
                definition={definition}
                statuses={statuses}
                timeline={timeline}
                now={now}
                selected={selectedPath(selection)}
                onSelect={(path) => select(`state:${path}`)}
                onSelectThread={(path, index) => {
                  const thread = statuses.get(path)?.first.threads.findLast((each) => each.index === index);
                  const visit = thread?.visits.at(-1);
                  if (thread) select(visit ? visitKey(visit) : threadKey(thread));
                }}
              />
            </TabPanel>
            <TabPanel id="table">
              <TimelineTable {...time} onSelect={select} />
            </TabPanel>
            <TabPanel id="events">
              <EventsTable store={store} version={version} />
            </TabPanel>
            <TabPanel id="files">
              <FilesTable {...time} onSelect={select} links={links} />
            </TabPanel>
            <TabPanel id="cost" className="tab-panel content">
              {cost}
            </TabPanel>
            <TabPanel id="data" className="tab-panel content stack">
              <h2>Input</h2>
              <JsonBlock
                label="Execution input"
                text={description.input}
                fileName={`${description.name}-input`}
              />
              <h2>Output</h2>
              <JsonBlock
                label="Execution output"
                text={timeline.output ?? description.output}
                fileName={`${description.name}-output`}
                absent="There is no output yet."
              />
            </TabPanel>
            <TabPanel id="definition" className="tab-panel content">
              <JsonBlock
                label="State machine definition"
                text={description.definition}
                fileName={`${description.name}-definition`}
              />
            </TabPanel>
          </Tabs>
        </section>
        {selection && (
          <aside aria-label="Selected step">
            <StepDetail
              store={store}
              selection={selection}
              statuses={statuses}
              now={end ?? now}
              attempt={attempt}
              log={log}
              links={links}
              onSelect={select}
              onClose={() => setParameters({ step: null, attempt: null, about: null })}
            />
          </aside>
        )}
      </div>
    </div>
  );
}

function selectedPath(selection: ReturnType<typeof findSelection>): string | undefined {
  if (selection === undefined) return undefined;
  if (selection.kind === "state") return selection.state.path;
  const visit = selection.kind === "visit" ? selection.visit : selection.thread.parent;
  return visit && definitionPath(visit);
}

function Summary({ store, now, links }: { store: ExecutionStore; now: number; links: boolean }) {
  const { description, live, timeline } = store;
  const { total, waiting, idle } = timeSpent(timeline, now);
  const shown = timeline.events > 0 ? total - idle : now - Date.parse(description.start);
  const apart = [
    waiting > 0 ? `${durationText(waiting)} waiting` : "",
    idle > 0
      ? `and ${durationText(idle)} idle before ${timeline.redrives.length === 1 ? "the redrive" : "redrives"}`
      : "",
  ].filter(Boolean);
  const parent = textMember(parseJson(description.input), pipelineParentKey);
  const [report] = links ? reportLink(parseJson(timeline.output ?? description.output)) : [];
  return (
    <Panel label="Summary">
      <div className="content" aria-live="polite" aria-atomic="false">
        <Facts
          facts={[
            ["Status", <StatusText key="status" status={live.status} />],
            [
              "Duration",
              <>
                {durationText(shown)}
                {apart.length > 0 && <span className="faint"> ({apart.join(" ")})</span>}
              </>,
            ],
            ["Started", <Moment key="start" time={description.start} />],
            ["Ended", <Moment key="stop" time={live.stop} />],
            live.redriveCount > 0 ? ["Redrives", live.redriveCount] : undefined,
            ["Events", timeline.events],
            ["State machine", description.stateMachineArn.split(":").at(-1)],
            parent === undefined
              ? undefined
              : [
                  "Started by",
                  links ? (
                    <Link key="parent" to={executionPath(parent)}>
                      {parent.split(":").at(-1)}
                    </Link>
                  ) : (
                    parent
                  ),
                ],
            report === undefined
              ? undefined
              : [
                  "Report",
                  <Link key="report" to={report.to}>
                    {report.text}
                  </Link>,
                ],
          ]}
        />
      </div>
    </Panel>
  );
}

/** The execution's own error, and a link to the step that caused it. */
function Failure({ store, onSelect }: { store: ExecutionStore; onSelect: (visit: Visit) => void }) {
  const { timeline, description, live } = store;
  if (live.status === "RUNNING" || live.status === "SUCCEEDED") return null;
  const error = timeline.error ?? description.error ?? undefined;
  const cause = timeline.cause ?? description.cause ?? undefined;
  const step = timeline.failure ?? timeline.interrupted[0];
  if (error === undefined && step === undefined) return null;
  return (
    <Alert
      kind={live.status === "ABORTED" ? "warning" : "error"}
      action={
        step && (
          <Button className="button no-print" onPress={() => onSelect(step)}>
            Show {step.name || "the step"}
          </Button>
        )
      }
    >
      <strong>{error ?? live.status}</strong>
      {cause === undefined || cause === "" ? "" : `: ${causeMessage(cause)}`}
    </Alert>
  );
}

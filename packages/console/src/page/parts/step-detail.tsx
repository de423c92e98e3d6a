/** Everything that the history says about the selected step. */
import type { Thread, Visit } from "@data-quest/execution-history";
import { causeMessage, duration, pathOf } from "@data-quest/execution-history";
import { Button, Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { LogLine } from "../../api-types.ts";
import type { StateNode } from "../lib/definition.ts";
import type { ExecutionStore } from "../lib/execution-store.ts";
import { durationText } from "../lib/format.ts";
import { itemLabel } from "../lib/item-label.ts";
import { setParameters, useParameters } from "../lib/location.ts";
import type { Selection } from "../lib/selection.ts";
import type { StateStatus } from "../lib/state-status.ts";
import { definitionPath } from "../lib/state-status.ts";
import { visitKey } from "../lib/step-key.ts";
import { stepLinks } from "../lib/step-links.ts";
import { AttemptsList } from "./attempts-list.tsx";
import { Alert, Facts, Link, Moment, Panel } from "./basics.tsx";
import { ChangesList } from "./changes-list.tsx";
import { Back, Close, Twist } from "./icons.tsx";
import { JsonBlock } from "./json-view.tsx";
import { StatusText } from "./status.tsx";
import { WhyPanel } from "./why-panel.tsx";

export type StepDetailProps = {
  store: ExecutionStore;
  selection: Selection;
  statuses: ReadonlyMap<string, StateStatus>;
  now: number;
  attempt: number | undefined;
  log: readonly LogLine[] | null | undefined;
  /** Whether links to other pages are possible. */
  links: boolean;
  onSelect: (step: string) => void;
  onClose: () => void;
};

export function StepDetail(props: StepDetailProps) {
  const { selection, onClose } = props;
  const close = (
    <Button className="button icon" aria-label="Close the step" onPress={onClose}>
      <Close />
    </Button>
  );
  if (selection.kind === "thread") return <ThreadDetail {...props} thread={selection.thread} close={close} />;
  if (selection.kind === "state")
    return (
      <Panel title={selection.state.name} actions={close}>
        <div className="content stack">
          <p className="faint">
            {props.store.complete ? "The execution has not entered this state." : "Loading"}
          </p>
          <Definition state={selection.state} />
        </div>
      </Panel>
    );
  return (
    <VisitDetail
      key={selection.visit.id}
      {...props}
      visit={selection.visit}
      state={selection.state}
      close={close}
    />
  );
}

function ThreadDetail({
  thread,
  now,
  onSelect,
  close,
}: StepDetailProps & { thread: Thread; close: React.ReactNode }) {
  const { kind, index, status, spans, visits, parent } = thread;
  return (
    <Panel title={`${parent?.name ?? ""} ${kind === "branch" ? "branch" : "#"}${index}`} actions={close}>
      <div className="content stack">
        <Facts
          facts={[
            ["Status", <StatusText key="status" status={status} />],
            ["Item", itemLabel(thread) || "-"],
            ["Started", <Moment key="start" time={spans[0]?.from} />],
            ["Duration", durationText(duration(spans, now))],
          ]}
        />
        <ul className="steps">
          {visits.map((visit) => (
            <li key={visit.id}>
              <Button className="button link" onPress={() => onSelect(visitKey(visit))}>
                {visit.name}
              </Button>{" "}
              <StatusText status={visit.status} /> {visit.error}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}

function VisitDetail({
  store,
  visit,
  state,
  statuses,
  now,
  attempt,
  log,
  links,
  onSelect,
  close,
}: StepDetailProps & { visit: Visit; state: StateNode | undefined; close: React.ReactNode }) {
  const tab =
    useParameters().get("about") ??
    (attempt !== undefined || visit.status === "failed" ? "attempts" : "output");
  const siblings = statuses.get(definitionPath(visit))?.visits ?? [visit];
  const at = siblings.indexOf(visit);
  const name = `step-${visit.name.replace(/[^\w.-]+/g, "-")}`;
  return (
    <Panel title={visit.name} actions={close}>
      <div className="content stack">
        {siblings.length > 1 && (
          <nav className="row" aria-label="Visits to this state">
            <Button
              className="button icon"
              aria-label="Previous visit"
              isDisabled={at <= 0}
              onPress={() => go(siblings[at - 1], onSelect)}
            >
              <Back />
            </Button>
            <span>
              {at + 1} of {siblings.length}
            </span>
            <Button
              className="button icon"
              aria-label="Next visit"
              isDisabled={at >= siblings.length - 1}
              onPress={() => go(siblings[at + 1], onSelect)}
            >
              <Twist />
            </Button>
            <span className="faint">
              {pathOf(visit)
                .slice(0, -1)
                .map((part) => (typeof part === "number" ? `#${part}` : part))
                .join(" › ")}
            </span>
            <span className="faint">{itemLabel(visit.thread)}</span>
          </nav>
        )}
        <Facts
          facts={[
            ["Status", <StatusText key="status" status={visit.status} />],
            ["Type", visit.type],
            ["Started", <Moment key="start" time={visit.spans[0]?.from} />],
            ["Duration", durationText(duration(visit.spans, now))],
            visit.attempts.length > 0 ? ["Attempts", visit.attempts.length] : undefined,
            visit.length === undefined ? undefined : ["Items", visit.length],
          ]}
        />
        {links &&
          stepLinks(visit).map(({ text, to }) => (
            <p key={to}>
              <Link to={to}>{text}</Link>
            </p>
          ))}
        {visit.error !== undefined && (
          <Alert kind={visit.status === "failed" ? "error" : "warning"}>
            <strong>{visit.error}</strong>
            {visit.status === "succeeded" ? " (the last failed attempt)" : ""}: {causeMessage(visit.cause)}
            {visit.failedBy !== undefined && visit.failedBy !== visit && (
              <>
                {" "}
                <Button className="button link" onPress={() => go(visit.failedBy, onSelect)}>
                  Show the step that failed
                </Button>
              </>
            )}
          </Alert>
        )}
        {visit.mapRun !== undefined && (
          <p className="faint">
            A Distributed Map: its iterations have their own executions. {visit.mapRun.arn}
          </p>
        )}
        <Tabs
          className="tabs"
          selectedKey={tab}
          onSelectionChange={(key) => setParameters({ about: String(key) })}
        >
          <TabList aria-label="About this step">
            {[
              ["input", "Input"],
              ["output", "Output"],
              ["attempts", "Attempts and logs"],
              ["variables", "Variables"],
              ["definition", "Definition"],
              ["why", "Why this output?"],
            ].map(([id, text]) => (
              <Tab key={id} id={id ?? ""} className="tab">
                {text}
              </Tab>
            ))}
          </TabList>
          <TabPanel id="input" className="tab-panel">
            <JsonBlock label="Input" text={visit.input} fileName={`${name}-input`} />
          </TabPanel>
          <TabPanel id="output" className="tab-panel">
            <JsonBlock
              label="Output"
              text={visit.output}
              fileName={`${name}-output`}
              absent="There is no output yet."
            />
            <ChangesList before={visit.input} after={visit.output} />
          </TabPanel>
          <TabPanel id="attempts" className="tab-panel">
            <AttemptsList visit={visit} chosen={attempt} log={log} />
          </TabPanel>
          <TabPanel id="variables" className="tab-panel stack">
            {Object.entries(visit.assigned ?? {}).map(([variable, value]) => (
              <section key={variable}>
                <h3 className="mono">${variable}</h3>
                <JsonBlock label={`Variable ${variable}`} text={value} fileName={`${name}-${variable}`} />
              </section>
            ))}
            {visit.assigned === undefined && <p className="faint">This state assigned no variables.</p>}
          </TabPanel>
          <TabPanel id="definition" className="tab-panel">
            {state ? (
              <Definition state={state} />
            ) : (
              <p className="faint">The definition has no such state.</p>
            )}
          </TabPanel>
          <TabPanel id="why" className="tab-panel">
            {state ? (
              <WhyPanel store={store} visit={visit} state={state} />
            ) : (
              <p className="faint">The definition has no such state.</p>
            )}
          </TabPanel>
        </Tabs>
      </div>
    </Panel>
  );
}

function go(visit: Visit | undefined, onSelect: (step: string) => void): void {
  if (visit !== undefined) onSelect(visitKey(visit));
}

function Definition({ state }: { state: StateNode }) {
  return (
    <>
      {state.comment !== undefined && <p>{state.comment}</p>}
      <JsonBlock label="Definition" text={JSON.stringify(state.json)} fileName={`definition-${state.name}`} />
    </>
  );
}

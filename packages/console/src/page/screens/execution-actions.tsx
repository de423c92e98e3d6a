/** What can be done with an execution: redrive, stop, start again, export. */
import { Button } from "react-aria-components";
import { call } from "../lib/api.ts";
import type { ExecutionStore } from "../lib/execution-store.ts";
import { setParameters } from "../lib/location.ts";
import { redrivePlan } from "../lib/redrive-plan.ts";
import { Confirm } from "../parts/confirm.tsx";
import { Download } from "../parts/icons.tsx";

export function ExecutionActions({ store, path }: { store: ExecutionStore; path: string }) {
  const { live, description } = store;
  return (
    <>
      {live.status === "RUNNING" ? (
        <Confirm
          label="Stop execution"
          title="Stop this execution?"
          confirm="Stop"
          act={() => call(`${path}/stop`, {})}
        >
          <p>Running steps are aborted. A redrive continues from there.</p>
        </Confirm>
      ) : (
        live.status !== "SUCCEEDED" && (
          <Confirm
            label="Redrive"
            title="Redrive this execution?"
            confirm="Redrive"
            disabled={!live.redrivable}
            act={() => call(`${path}/redrive`, {})}
          >
            <RedrivePlan store={store} />
          </Confirm>
        )
      )}
      <Button className="button" onPress={() => setParameters({ start: description.arn }, { push: true })}>
        Start with edited input
      </Button>
      <a className="button" href={`${path}/trace`} download={`${description.name}.html`}>
        <Download /> Export
      </a>
    </>
  );
}

function RedrivePlan({ store }: { store: ExecutionStore }) {
  const { again, kept } = redrivePlan(store.timeline);
  return (
    <div className="stack">
      <div>
        <h3>Runs again</h3>
        <ul>
          {again.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
      {kept.length > 0 && (
        <div>
          <h3>Does not run again</h3>
          <ul>
            {kept.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      )}
      <p className="faint">The input stays the same.</p>
    </div>
  );
}

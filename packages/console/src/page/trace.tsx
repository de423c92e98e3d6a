/** A trace: one execution in one file, without a server. The page contains the history, gzipped. */
import "./tokens.css";
import "./base.css";
import "./controls.css";
import "./grid.css";
import "./execution.css";
import "./json.css";
import type { HistoryEvent } from "@data-quest/execution-history";
import { createRoot } from "react-dom/client";
import type { TraceContent } from "../api-types.ts";
import { setWorkerAddress } from "./lib/evaluate.ts";
import { fixedExecution } from "./lib/execution-store.ts";
import { keepParametersInFragment } from "./lib/location.ts";
import { CostTables } from "./parts/cost-view.tsx";
import { ExecutionView } from "./screens/execution-view.tsx";

async function show(): Promise<void> {
  const root = document.getElementById("page");
  if (root === null) throw new Error("The page has no element #page");
  const { description, events, logs, cost, madeAt } = await readContent();
  const store = fixedExecution(description, events as HistoryEvent[]);
  keepParametersInFragment();
  const worker = embedded("worker");
  if (worker !== undefined) {
    const script = await inflate(worker);
    setWorkerAddress(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  }
  createRoot(root).render(
    <>
      <header className="top">
        <span className="brand">Data Quest trace</span>
        <span className="deployment">exported {new Date(madeAt).toLocaleString()}</span>
      </header>
      <main>
        <ExecutionView
          store={store}
          log={logs}
          links={false}
          {...(cost === null ? {} : { cost: <CostTables cost={cost} /> })}
        />
      </main>
    </>,
  );
}

async function readContent(): Promise<TraceContent> {
  const text = embedded("content");
  if (text === undefined) throw new Error("The page contains no execution");
  // Our own export wrote this content, but the events in it are treated as untrusted.
  return JSON.parse(await inflate(text)) as TraceContent;
}

function embedded(id: string): string | undefined {
  return document.getElementById(id)?.textContent?.trim();
}

async function inflate(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

show().catch((error: unknown) => {
  const root = document.getElementById("page");
  if (root !== null) root.textContent = `This trace cannot be shown: ${String(error)}`;
});

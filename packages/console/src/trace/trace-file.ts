/** One execution as one HTML file, which opens anywhere, even offline. */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { HistoryEvent } from "@data-quest/execution-history";
import type { Cost, ExecutionDescription, LogLine, TraceContent } from "../api-types.ts";
import { loadBundle } from "../bundle/bundle.ts";
import { withoutPayloads } from "./without-payloads.ts";

const gzipped = promisify(gzip);

export type TraceOptions = {
  description: ExecutionDescription;
  events: readonly HistoryEvent[];
  /** Null or omitted if the log lines are not available. */
  logs?: readonly LogLine[] | null;
  cost?: Cost | null;
  /** If false, inputs, outputs, variables, and log lines are left out. */
  payloads?: boolean;
  now?: Date;
};

/**
 * The HTML of a trace: less than 400 KB, plus the history, which is gzipped and in base64. Its content
 * security policy blocks all requests and allows only the page's own scripts, which it identifies by their
 * hashes. The history cannot add HTML to the page, because it is in a block of base64.
 */
export async function traceFile(options: TraceOptions): Promise<string> {
  const { payloads = true, now = new Date() } = options;
  const whole: TraceContent = {
    description: options.description,
    events: [...options.events],
    logs: options.logs ? [...options.logs] : null,
    cost: options.cost ?? null,
    madeAt: now.toISOString(),
  };
  const content = payloads ? whole : withoutPayloads(whole);
  const { files } = await loadBundle();
  const script = fileOf(files, "trace.js");
  const worker = fileOf(files, "jsonata-worker.js");
  const style = fileOf(files, "trace.css").content.toString("utf8");
  const app = script.content.toString("utf8");
  const loader = LOADER.trim();
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(loader)} ${hashOf(app)}`,
    "style-src 'unsafe-inline'",
    "font-src data:",
    "img-src data:",
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const data = await gzipped(JSON.stringify(content), { level: 9 });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(content.description.name)} - Data Quest trace</title>
<style>${style}</style>
<body>
<div id="page"><p>This page needs a browser of 2023 or later, with scripts.</p></div>
<script type="application/octet-stream" id="content">${data.toString("base64")}</script>
<script type="application/octet-stream" id="worker">${worker.gzip.toString("base64")}</script>
<script type="application/octet-stream" id="app">${script.gzip.toString("base64")}</script>
<script>${loader}</script>
</body>
</html>
`;
}

/**
 * Unpacks the page's script and runs it. The policy contains the script's hash, so the browser runs no other
 * script in its place.
 */
const LOADER = `
(async () => {
  const text = document.getElementById("app").textContent;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.body.append(script);
})();
`;

function fileOf(files: Awaited<ReturnType<typeof loadBundle>>["files"], name: string) {
  const file = files.get(name);
  if (file === undefined) throw new Error(`The bundle has no ${name}`);
  return file;
}

function hashOf(script: string): string {
  return `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

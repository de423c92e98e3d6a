/**
 * The console: one server for the page and its API, and one for the reports, each on its own loopback port.
 */

import { DescribeStateMachineCommand, type SFNClient, StateMachineDoesNotExist } from "@aws-sdk/client-sfn";
import { ExecutionInput } from "@data-quest/core/workflow";
import type { Timeline } from "@data-quest/execution-history";
import { listenOnLoopback, type RequestHandler } from "@data-quest/loopback-server/loopback-server";
import * as z from "zod";
import type { Cost, SessionInfo } from "../api-types.ts";
import { loadBundle } from "../bundle/bundle.ts";
import { costRoutes } from "./api/cost.ts";
import { executionListRoutes } from "./api/execution-list.ts";
import { executionRoutes, httpErrorOf } from "./api/executions.ts";
import { fileRoutes } from "./api/files.ts";
import { historyRoutes } from "./api/history.ts";
import { reportRoutes } from "./api/reports.ts";
import { traceRoutes } from "./api/trace.ts";
import type { ConsoleContext } from "./context.ts";
import { findRoute, type Request, type Route, sendJson } from "./http.ts";
import { startReportServer } from "./report-server.ts";
import { pageHeaders } from "./security-headers.ts";
import { holdServices, type Services } from "./services.ts";
import { createSession, signInAddress } from "./session.ts";

export type { Services } from "./services.ts";

export type ConsoleOptions = {
  /** 0 or undefined: any free port. */
  port?: number;
  /** Connects to Step Functions and S3. Called again when they have disappeared. */
  connect: () => Promise<Services>;
  title: string;
  executionName: () => string;
  runCommand: (input: string) => string;
  estimateCost: (timeline: Timeline) => Cost;
  log: (line: string) => void;
};

export type Console = {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  /** The link that signs in a browser. With an execution's ARN, it opens that execution. */
  link: (executionArn?: string) => string;
  close: () => Promise<void>;
};

/**
 * Starts the console. Nothing is bundled or connected before the first request. Rejects with EADDRINUSE if
 * the port is taken.
 */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const services = holdServices(options.connect);
  const reports = await startReportServer({
    services,
    log: options.log,
    framedBy: () => server.endpoint,
  });
  const headers = pageHeaders(reports.endpoint);
  const context: ConsoleContext = {
    services,
    title: options.title,
    executionName: options.executionName,
    runCommand: options.runCommand,
    estimateCost: options.estimateCost,
    reportUrl: (key) => reports.urlOf(key),
  };
  // Resolves once the port is known, which the cookie's name contains.
  let answer: RequestHandler = (_request, response) => response.writeHead(503).end();
  const server = await listenOnLoopback(
    options.port ?? 0,
    (request, response) => answer(request, response),
    // The link may come from a file, an email, or a terminal in a browser.
    { linkedFromAnywhere: signInAddress },
  );
  const session = createSession(`quest-console-${new URL(server.endpoint).port}`);
  const routes: Route[] = [
    ...executionListRoutes(context),
    ...historyRoutes(context),
    ...executionRoutes(context),
    ...costRoutes(context),
    ...traceRoutes(context),
    ...fileRoutes(context),
    ...reportRoutes(context),
    {
      method: "GET",
      path: /^\/api\/session$/,
      answer: async ({ response }) => sendJson(response, await sessionInfo(context)),
    },
    ...pageRoutes(headers),
  ];
  answer = (message, response) => {
    const url = new URL(message.url ?? "/", server.endpoint);
    const next = session.accept(url, response);
    if (next !== undefined) {
      response.writeHead(200, {
        ...headers,
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
      });
      response.end(signedInHtml(next));
      return;
    }
    if (!session.has(message)) {
      response.writeHead(401, { "content-type": "text/plain; charset=utf-8", ...headers });
      response.end("Open the console with the link that quest printed: it signs in this browser.\n");
      return;
    }
    handle(routes, { message, response, url, parts: [] }, services.lost).catch((error: unknown) => {
      options.log(`The console could not answer ${message.method} ${url.pathname}: ${String(error)}`);
      response.destroy();
    });
  };
  return {
    endpoint: server.endpoint,
    link: (arn) =>
      `${server.endpoint}${session.signIn(arn === undefined ? "/" : `/executions/${encodeURIComponent(arn)}`)}`,
    close: async () => {
      await Promise.all([server.close(), reports.close()]);
      await services.close();
    },
  };
}

async function handle(
  routes: readonly Route[],
  request: Request,
  lost: (error: unknown) => Promise<boolean>,
): Promise<void> {
  const { message, response, url } = request;
  try {
    const { route, parts } = findRoute(routes, message.method ?? "GET", url.pathname);
    await route.answer({ ...request, parts });
  } catch (error) {
    const gone = await lost(error);
    const { status, message: text } = httpErrorOf(error);
    if (response.headersSent) throw error;
    if (gone)
      sendJson(response, { message: "Step Functions or S3 does not answer. Try again in a moment." }, 503);
    else sendJson(response, { message: text }, status);
  }
}

async function sessionInfo({ services, title }: ConsoleContext): Promise<SessionInfo> {
  const { stepFunctions, stateMachineArns, buckets } = await services.get();
  const machines = await Promise.all(stateMachineArns.map((arn) => isDeployed(stepFunctions, arn)));
  return {
    title,
    stateMachines: stateMachineArns
      .filter((_, index) => machines[index])
      .map((arn) => ({ arn, name: arn.split(":").at(-1) ?? arn })),
    buckets,
    inputSchema: z.toJSONSchema(ExecutionInput, { io: "input" }),
  };
}

async function isDeployed(stepFunctions: SFNClient, stateMachineArn: string): Promise<boolean> {
  try {
    await stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn }));
    return true;
  } catch (error) {
    if (error instanceof StateMachineDoesNotExist) return false;
    throw error;
  }
}

const TYPES: Record<string, string> = { js: "text/javascript", css: "text/css" };

/** The page is the same for every address in it: its script shows what the address names. */
function pageRoutes(headers: Record<string, string>): Route[] {
  return [
    {
      method: "GET",
      path: /^\/assets\/[0-9a-f]+\/([a-z-]+\.(?:js|css))$/,
      answer: async ({ message, response, parts: [name = ""] }) => {
        const file = (await loadBundle()).files.get(name);
        if (file === undefined) {
          response.writeHead(404).end();
          return;
        }
        const zipped = /\bgzip\b/.test(String(message.headers["accept-encoding"] ?? ""));
        response.writeHead(200, {
          ...headers,
          "content-type": `${TYPES[name.split(".").at(-1) ?? ""] ?? "text/plain"}; charset=utf-8`,
          // The address changes with the content.
          "cache-control": "private, max-age=31536000, immutable",
          ...(zipped ? { "content-encoding": "gzip" } : {}),
        });
        response.end(zipped ? file.gzip : file.content);
      },
    },
    {
      method: "GET",
      // The page itself says that there is nothing at an address.
      path: /^\/(?!api\/|assets\/)/,
      answer: async ({ response }) => {
        const { hash } = await loadBundle();
        response.writeHead(200, {
          ...headers,
          "content-type": "text/html; charset=utf-8",
          "cache-control": "no-store",
        });
        response.end(pageHtml(hash));
      },
    },
  ];
}

/** Leads on to the page. A redirect would count as the link's own page asking, and get no SameSite=Strict cookie. */
function signedInHtml(next: string): string {
  const escaped = next.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Data Quest console</title>
<meta http-equiv="refresh" content="0; url=${escaped}">
<p><a href="${escaped}">Open the console</a></p>
</html>
`;
}

function pageHtml(hash: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="quest-assets" content="/assets/${hash}">
<title>Data Quest console</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/${hash}/console.css">
<script src="/assets/${hash}/console.js" defer></script>
<body><div id="page"></div></body>
</html>
`;
}

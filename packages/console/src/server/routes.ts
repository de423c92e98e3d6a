/** The routes of the console for a signed-in browser. */
import { DescribeStateMachineCommand, type SFNClient, StateMachineDoesNotExist } from "@aws-sdk/client-sfn";
import { ExecutionInput } from "@data-quest/core/workflow";
import * as z from "zod";
import type { SessionInfo } from "../api-types.ts";
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

/** Answers a request. Rejects if the response cannot be completed. */
export type Answer = (request: Request) => Promise<void>;

/** Answers requests for the page, its files, and the API. `headers` go with the page and its files. */
export function answerWith(context: ConsoleContext, headers: Record<string, string>): Answer {
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
  return (request) => handle(routes, request, context.services.lost);
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
      sendJson(response, { message: "Step Functions or S3 is not responding. Try again in a moment." }, 503);
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

/** The page is the same for all of its URLs: its script decides by the URL what to show. */
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
          // The URL changes with the content.
          "cache-control": "private, max-age=31536000, immutable",
          ...(zipped ? { "content-encoding": "gzip" } : {}),
        });
        response.end(zipped ? file.gzip : file.content);
      },
    },
    {
      method: "GET",
      // The page itself says when nothing exists at a URL.
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

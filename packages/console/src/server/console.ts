/**
 * The console: one server for the page and its API, and one for the reports, each on its own loopback port.
 */

import type { Timeline } from "@data-quest/execution-history";
import { listenOnLoopback, type RequestHandler } from "@data-quest/loopback-server/loopback-server";
import type { Cost } from "../api-types.ts";
import { redirectPage } from "../redirect-page.ts";
import type { ConsoleContext } from "./context.ts";
import { startReportServer } from "./report-server.ts";
import type { Answer } from "./routes.ts";
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
  /** The link that signs a browser in. With an execution's ARN, it opens that execution. */
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
  // Replaced below: the session's cookie name contains the port, which is known only after listening.
  let answer: RequestHandler = (_request, response) => response.writeHead(503).end();
  const server = await listenOnLoopback(
    options.port ?? 0,
    (request, response) => answer(request, response),
    // The link may come from a file, an email, or a terminal in a browser.
    { linkedFromAnywhere: signInAddress },
  );
  const session = createSession(`quest-console-${new URL(server.endpoint).port}`);
  let routes: Promise<Answer> | undefined;
  answer = (message, response) => {
    const url = new URL(message.url ?? "/", server.endpoint);
    const next = session.accept(url, response);
    if (next !== undefined) {
      response.writeHead(200, {
        ...headers,
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
      });
      // After a redirect, the browser would still count the page with the link as the initiator, and would not send
      // the SameSite=Strict cookie.
      response.end(redirectPage(next));
      return;
    }
    if (!session.has(message)) {
      response.writeHead(401, { "content-type": "text/plain; charset=utf-8", ...headers });
      response.end("Open the console with the link that quest printed: it signs this browser in.\n");
      return;
    }
    // Loaded at a browser's first request, so that the process that starts the console is ready sooner.
    routes ??= import("./routes.ts").then(({ answerWith }) => answerWith(context, headers));
    routes
      .then((answerSignedIn) => answerSignedIn({ message, response, url, parts: [] }))
      .catch((error: unknown) => {
        options.log(`The console could not respond to ${message.method} ${url.pathname}: ${String(error)}`);
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

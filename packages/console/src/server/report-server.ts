/**
 * The reports' own origin: a second loopback port that only reads, so that a report's page works as it does anywhere, with its script,
 * its links and its downloads, and still cannot reach the console's API, whose origin is another.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, NoSuchKey } from "@aws-sdk/client-s3";
import { type LoopbackServer, listenOnLoopback } from "@data-quest/loopback-server/loopback-server";
import type { ServicesHolder } from "./services.ts";
import { createSession } from "./session.ts";

export type ReportServer = {
  /** The link to an object of Gold; it signs the browser in. */
  urlOf: (key: string) => string;
  close: LoopbackServer["close"];
};

const CONTENT_TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  json: "application/json",
  csv: "text/csv; charset=utf-8",
};

/** Serves `reports/` of Gold at any free port. */
export async function startReportServer(
  services: ServicesHolder,
  log: (line: string) => void,
): Promise<ReportServer> {
  const server = await listenOnLoopback(
    0,
    (request, response) => {
      answer(request, response).catch((error: unknown) => {
        log(`The report could not be read: ${String(error)}`);
        if (response.headersSent) response.destroy();
        else response.writeHead(502, { "content-type": "text/plain" }).end("The report could not be read\n");
      });
    },
    // A link in the console leads here from another port, which is the same site to a browser.
    { linkedFromSameSite: true },
  );
  const session = createSession(`quest-reports-${new URL(server.endpoint).port}`);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", server.endpoint);
    const next = session.accept(url, response);
    if (next !== undefined) {
      response.writeHead(303, { location: next, "cache-control": "no-store" }).end();
      return;
    }
    const key = keyOf(url.pathname);
    if (!session.has(request)) return refuse(response, 401, "Open the report from the console");
    if (request.method !== "GET" && request.method !== "HEAD")
      return refuse(response, 405, "Reports are read-only");
    if (key === undefined) return refuse(response, 404, "There is no such report");
    const { s3, buckets } = await services.get();
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket: buckets.gold, Key: key }));
      response.writeHead(200, {
        "content-type": CONTENT_TYPES[key.split(".").at(-1) ?? ""] ?? "application/octet-stream",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        // The page's own policy is stricter about scripts; this one keeps it from any other address.
        "content-security-policy":
          "default-src 'self' 'unsafe-inline' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      });
      const body = object.Body;
      if (request.method === "HEAD" || body === undefined) response.end();
      else await pipeline(body.transformToWebStream(), response);
    } catch (error) {
      if (error instanceof NoSuchKey) return refuse(response, 404, `There is no s3://${buckets.gold}/${key}`);
      throw error;
    }
  }

  return { urlOf: (key) => `${server.endpoint}${session.signIn(`/${key}`)}`, close: server.close };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${message}\n`);
}

/** The key that a path names, if it is below `reports/`. */
function keyOf(path: string): string | undefined {
  try {
    const key = decodeURIComponent(path.slice(1));
    return key.startsWith("reports/") ? key : undefined;
  } catch {
    return undefined;
  }
}

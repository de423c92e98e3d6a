/**
 * The reports' own origin: a second, read-only loopback port. A report's page works here as it does anywhere,
 * with its script, its links, and its downloads. It cannot reach the console's API, which has a different
 * origin. Explore is served here, too, with the Parquet files of Silver that it reads, at the same
 * paths as on the public site.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { GetObjectCommand, NoSuchKey, S3ServiceException } from "@aws-sdk/client-s3";
import { explorePageKey, reportsPrefix, surveysPrefix } from "@data-quest/core/constants";
import { explorePage } from "@data-quest/explore/page";
import { type LoopbackServer, listenOnLoopback } from "@data-quest/loopback-server/loopback-server";
import { sendStream } from "./http.ts";
import type { ServicesHolder } from "./services.ts";
import { createSession } from "./session.ts";

export type ReportServer = {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  /** The link to an object in Gold. It signs the browser in. */
  urlOf: (key: string) => string;
  close: LoopbackServer["close"];
};

const CONTENT_TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  json: "application/json",
  csv: "text/csv; charset=utf-8",
};

/** Serves `reports/` of Gold, Explore, and the Parquet files of Silver on any free port. */
export async function startReportServer({
  services,
  log,
  framedBy,
}: {
  services: ServicesHolder;
  log: (line: string) => void;
  /** The origin of the one page that may show a report in a frame. */
  framedBy: () => string;
}): Promise<ReportServer> {
  const server = await listenOnLoopback(
    0,
    (request, response) => {
      answer(request, response).catch((error: unknown) => {
        log(`The report could not be read: ${String(error)}`);
        if (response.headersSent) response.destroy();
        else response.writeHead(502, { "content-type": "text/plain" }).end("The report could not be read\n");
      });
    },
    // A link and a frame in the console lead here from another port, which a browser considers the same site.
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
    const headers = {
      ...HEADERS,
      // The page's own policy is stricter about scripts. This policy keeps the page from contacting other origins.
      // Explore creates its worker from its own script, as a blob.
      "content-security-policy": `default-src 'self' 'unsafe-inline' data:; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors ${framedBy()}`,
    };
    const place = placeOf(url.pathname);
    if (!session.has(request)) return refuse(response, 401, "Open the report from the console");
    if (request.method !== "GET" && request.method !== "HEAD")
      return refuse(response, 405, "Reports are read-only");
    if (place === undefined) return refuse(response, 404, "The report does not exist");
    const { layer, key } = place;
    const type = CONTENT_TYPES[key.split(".").at(-1) ?? ""] ?? "application/octet-stream";
    if (key === explorePageKey) {
      response.writeHead(200, { ...headers, "content-type": type }).end(await explorePage());
      return;
    }
    const { s3, buckets } = await services.get();
    const Bucket = buckets[layer];
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket, Key: key, Range: request.headers.range }));
      const { Body: body, ContentRange, ContentLength, ETag } = object;
      response.writeHead(ContentRange === undefined ? 200 : 206, {
        ...headers,
        "content-type": type,
        ...(ETag === undefined ? {} : { etag: ETag }),
        ...(ContentLength === undefined ? {} : { "content-length": ContentLength }),
        ...(ContentRange === undefined ? {} : { "content-range": ContentRange }),
      });
      if (body instanceof Readable) await sendStream(response, body);
      else response.end();
    } catch (error) {
      if (error instanceof NoSuchKey) return refuse(response, 404, `There is no s3://${Bucket}/${key}`);
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416)
        return refuse(response, 416, `s3://${Bucket}/${key} has no such range`);
      throw error;
    }
  }

  return {
    endpoint: server.endpoint,
    urlOf: (key) => `${server.endpoint}${session.signIn(`/${key}`)}`,
    close: server.close,
  };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${message}\n`);
}

const HEADERS = {
  "accept-ranges": "bytes",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** The object at a path, if the object is a report file or a Parquet file of Silver. */
function placeOf(path: string): { layer: "gold" | "silver"; key: string } | undefined {
  try {
    const key = decodeURIComponent(path.slice(1));
    if (key.startsWith(reportsPrefix)) return { layer: "gold", key };
    return key.startsWith(surveysPrefix) && key.endsWith(".parquet") ? { layer: "silver", key } : undefined;
  } catch {
    return undefined;
  }
}

/** What each fault does to the file, the listing, the request's headers, the response, and the connection. */
import type { IncomingHttpHeaders } from "node:http";
import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { type Answer, pageAnswer, type Resource } from "./answer.ts";
import type { Content } from "./content.ts";
import type { Wire } from "./delivery.ts";
import type { Fault } from "./faults.ts";
import { apacheListing, columnsListing, nginxListing } from "./foreign-listings.ts";
import { iisLine, iisListing, iisPage, type Listing } from "./listing.ts";
import { MAINTENANCE } from "./pages.ts";

/** The function that renders a listing. */
export function faultyListing(fault: Fault | undefined): Listing {
  switch (fault?.kind) {
    case "emptyListing":
      return (host, path) => iisPage(host, path, []);
    case "listingStyle":
      return { apache: apacheListing, nginx: nginxListing, columns: columnsListing }[fault.style];
    case "links":
      return (host, path, entries) => {
        const extra = fault.hrefs.map(
          (href) => `  9/3/2026  8:30 AM          102 <A HREF="${href}">${href.split("/").at(-1)}</A><br>`,
        );
        return iisPage(host, path, [...entries.map((entry) => iisLine(path, entry)), ...extra]);
      };
    default:
      return iisListing;
  }
}

/** The file or page before it is sent. A fault here is consistent across GET, HEAD, and ranges. */
export function injectResourceFault(fault: Fault | undefined, resource: Resource): Resource {
  const { content } = resource;
  switch (fault?.kind) {
    case "short": {
      const size = fault.bytes === "half" ? Math.floor(content.size / 2) : fault.bytes;
      return { ...resource, content: { ...content, size: Math.min(size, content.size) } };
    }
    case "bitFlip":
      return {
        ...resource,
        content: { ...content, read: (start, end) => withBitFlipped(content, fault.offset, start, end) },
      };
    case "lastModified":
      return { ...resource, content: { ...content, modified: fault.value ?? content.modified } };
    default:
      return resource;
  }
}

async function* withBitFlipped(
  content: Content,
  offset: number,
  start: number,
  end: number,
): AsyncIterable<Uint8Array> {
  let position = start;
  for await (const chunk of content.read(start, end)) {
    const at = offset - position;
    const byte = chunk[at];
    if (byte === undefined) yield chunk;
    else {
      const changed = Uint8Array.from(chunk);
      changed[at] = byte ^ 1;
      yield changed;
    }
    position += chunk.length;
  }
}

/** The request's headers as the faulty server sees them. */
export function injectRequestFault(
  fault: Fault | undefined,
  headers: IncomingHttpHeaders,
): IncomingHttpHeaders {
  if (fault?.kind === "ignoreRange") return { ...headers, range: undefined };
  if (fault?.kind === "meanwhile" && fault.ignoresIfRange) return { ...headers, "if-range": undefined };
  return headers;
}

/** The status, headers, and body to send. */
export function injectAnswerFault(fault: Fault | undefined, answer: Answer): Answer {
  switch (fault?.kind) {
    case "status": {
      const after = fault.retryAfter instanceof Date ? fault.retryAfter.toUTCString() : fault.retryAfter;
      const text = fault.body ?? `<html><body><h1>${fault.status}</h1></body></html>`;
      return pageAnswer(fault.status, text, after === undefined ? {} : { "Retry-After": String(after) });
    }
    case "page":
      return pageAnswer(
        200,
        fault.html ?? MAINTENANCE,
        fault.contentType === undefined ? {} : { "Content-Type": fault.contentType },
      );
    case "redirect":
      return pageAnswer(fault.status ?? 302, "<html><body>moved</body></html>", { Location: fault.location });
    case "gzip":
      return {
        ...without(answer, "Content-Length"),
        headers: {
          ...without(answer, "Content-Length").headers,
          ...(fault.header ? { "Content-Encoding": "gzip" } : {}),
        },
        body: () => compressed(answer.body()),
      };
    case "contentEncoding":
      return { ...answer, headers: { ...answer.headers, "Content-Encoding": fault.value } };
    case "lastModified":
      return fault.value ? answer : without(without(answer, "Last-Modified"), "ETag");
    case "chunked":
      return without(answer, "Content-Length");
    case "contentRange": {
      if (answer.status !== 206) return answer;
      const changed = without(answer, "Content-Range");
      return fault.value === null
        ? changed
        : { ...changed, headers: { ...changed.headers, "Content-Range": fault.value } };
    }
    default:
      return answer;
  }
}

function without(answer: Answer, name: string): Answer {
  const { [name]: _, ...headers } = answer.headers;
  return { ...answer, headers };
}

function compressed(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gzip = createGzip();
  // An error of the source destroys the stream, so its reader gets the error.
  pipeline(Readable.from(body), gzip, () => undefined);
  return gzip;
}

/** How the response is sent. */
export function injectWireFault(fault: Fault | undefined): Wire {
  switch (fault?.kind) {
    case "cut":
      return { halt: { after: fault.afterBytes, how: "close" } };
    case "reset":
    case "stall":
      return { halt: { after: fault.afterBytes ?? "headers", how: fault.kind } };
    case "slow":
      return { pace: { bytes: fault.bytes, intervalMs: fault.intervalMs } };
    default:
      return {};
  }
}

/** The response to a request for a file or page, by the rules of HTTP as IIS follows them. */
import type { IncomingHttpHeaders } from "node:http";
import type { Content } from "./content.ts";

/**
 * Something to serve. If it is `published`, it has a time, an ETag, and ranges. Other resources have none of these.
 */
export type Resource = { content: Content; contentType: string; published: boolean };

/** A complete response, before it is sent. The body is read only if it is sent. */
export type Answer = {
  status: number;
  headers: Record<string, string>;
  body: () => AsyncIterable<Uint8Array>;
};

/** A response whose body is a short HTML page. */
export function pageAnswer(status: number, html: string, headers: Record<string, string> = {}): Answer {
  const bytes = Buffer.from(html);
  return {
    status,
    headers: { "Content-Type": "text/html", ...headers, "Content-Length": String(bytes.length) },
    body: async function* () {
      yield bytes;
    },
  };
}

/**
 * The response to a GET or HEAD request with these headers. If-Modified-Since is honored, If-None-Match is
 * ignored. One range is honored if If-Range allows it; several ranges are ignored.
 */
export function answerTo(method: string, headers: IncomingHttpHeaders, resource: Resource): Answer {
  const { content, contentType, published } = resource;
  if (!published) {
    return {
      status: 200,
      headers: { "Content-Type": contentType, "Content-Length": String(content.size) },
      body: () => content.read(0, content.size),
    };
  }

  const lastModified = content.modified.toUTCString();
  const etag = etagOf(content.modified);
  const validators = { "Last-Modified": lastModified, "Accept-Ranges": "bytes", ETag: etag };
  const nothing = { body: () => content.read(0, 0) };

  const since = Date.parse(headers["if-modified-since"] ?? "");
  if (since >= Date.parse(lastModified)) return { status: 304, headers: validators, ...nothing };

  const ifRange = headers["if-range"];
  const allowed = ifRange === undefined || ifRange === etag || ifRange === lastModified;
  const range = method === "GET" && allowed ? rangeOf(headers.range, content.size) : "whole";
  if (range === "unsatisfiable") {
    return {
      status: 416,
      headers: { ...validators, "Content-Range": `bytes */${content.size}`, "Content-Length": "0" },
      ...nothing,
    };
  }
  const { start, end } = range === "whole" ? { start: 0, end: content.size } : range;
  return {
    status: range === "whole" ? 200 : 206,
    headers: {
      "Content-Type": contentType,
      ...validators,
      ...(range === "whole" ? {} : { "Content-Range": `bytes ${start}-${end - 1}/${content.size}` }),
      "Content-Length": String(end - start),
    },
    body: () => content.read(start, end),
  };
}

/** The bytes that a Range header requests, out of `size` bytes: from `start` up to `end`, exclusive. */
function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "whole" | "unsatisfiable" {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return "whole";
  const [first, last] = [match[1] ?? "", match[2] ?? ""];
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  if (last !== "" && first !== "" && Number(last) < start) return "whole";
  return start < end ? { start, end } : "unsatisfiable";
}

/** IIS derives a file's ETag from its Windows time: units of 100 ns since 1601, hexadecimal. */
function etagOf(modified: Date): string {
  const windowsTime = (BigInt(modified.getTime()) + 11_644_473_600_000n) * 10_000n;
  return `"${windowsTime.toString(16)}:0"`;
}

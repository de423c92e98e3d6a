/**
 * The faults that the replica can inject, and the rules that decide which requests get them. A rule's counters count
 * the requests that it matches, so the same requests in the same order always get the same faults.
 */
import type { IncomingMessage } from "node:http";

export type Fault =
  /** Another status. Retry-After in seconds, or as a date. */
  | { kind: "status"; status: number; retryAfter?: number | Date; body?: string }
  /**
   * The body ends after this many bytes, although the headers promise all of it. The connection is closed.
   */
  | { kind: "cut"; afterBytes: number }
  /** Like `cut`, but with a TCP reset. Without `afterBytes`, the reset happens before any response. */
  | { kind: "reset"; afterBytes?: number }
  /** Like `reset`, but the connection stays open and silent. */
  | { kind: "stall"; afterBytes?: number }
  /** GET and HEAD return the file or page as if it ended after this many bytes ("half": half of its real size). */
  | { kind: "short"; bytes: number | "half" }
  /** The body comes in pieces of `bytes`, one per interval. */
  | { kind: "slow"; bytes: number; intervalMs: number }
  /** A web page with status 200 instead of the requested file, as text/html by default. */
  | { kind: "page"; html?: string; contentType?: string }
  /** The lowest bit of the byte at `offset` is flipped. */
  | { kind: "bitFlip"; offset: number }
  /** The body is compressed, whatever Accept-Encoding says. `header`: whether Content-Encoding says so. */
  | { kind: "gzip"; header: boolean }
  /** A Content-Encoding that the body does not have. */
  | { kind: "contentEncoding"; value: string }
  | { kind: "redirect"; location: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** A Last-Modified that differs from the listing's time, with the matching ETag. Null: neither header. */
  | { kind: "lastModified"; value: Date | null }
  /** No Content-Length: the body is chunked. */
  | { kind: "chunked" }
  /** Range is ignored: the whole file with status 200. */
  | { kind: "ignoreRange" }
  /** A different Content-Range in a 206. Null: no Content-Range. */
  | { kind: "contentRange"; value: string | null }
  /**
   * `before` changes the source before this response is made, and `after` right after it. With `after`, the
   * response is still the complete old version. With `ignoresIfRange`, the server returns a range of the current
   * version.
   */
  | {
      kind: "meanwhile";
      before?: () => void | Promise<void>;
      after?: () => void | Promise<void>;
      ignoresIfRange?: boolean;
    }
  /** A listing without files. */
  | { kind: "emptyListing" }
  /** A listing in the format of another server, or IIS's format with unknown columns. */
  | { kind: "listingStyle"; style: "apache" | "nginx" | "columns" }
  /** Lines for these links, unchanged, at the end of the listing. */
  | { kind: "links"; hrefs: string[] };

export type FaultRule = {
  /** A pattern for the requested path without the query, or all listings, all files, or the population. */
  match: RegExp | "listing" | "file" | "population";
  method?: "GET" | "HEAD";
  /** The fault is limited to this many matching requests, from the first on. By default, it is unlimited. */
  times?: number;
  /** Every nth matching request gets the fault: 2 means the second, fourth, … */
  everyNth?: number;
  fault: Fault;
};

/** The kinds of URL that a rule can match by name. */
export type Target = "listing" | "file" | "population" | "other";

/** Chooses the fault for each request: that of the first rule that matches and is not exhausted. */
export function faultChooser(
  rules: FaultRule[],
): (request: IncomingMessage, path: string, target: Target) => Fault | undefined {
  const seen = rules.map(() => 0);
  return (request, path, target) => {
    for (const [index, rule] of rules.entries()) {
      const matches = rule.match instanceof RegExp ? rule.match.test(path) : rule.match === target;
      if (!matches || (rule.method && rule.method !== request.method)) continue;
      const count = (seen[index] ?? 0) + 1;
      seen[index] = count;
      if (rule.times !== undefined && count > rule.times) continue;
      if (rule.everyNth !== undefined && count % rule.everyNth !== 0) continue;
      return rule.fault;
    }
    return undefined;
  };
}

/**
 * The faults that the replica can inject, and the rules that say into which requests. A rule's counters count
 * the requests that it matches, so the same requests in the same order always meet the same faults.
 */
import type { IncomingMessage } from "node:http";

export type Fault =
  /** Another status. Retry-After in seconds, or as a date. */
  | { kind: "status"; status: number; retryAfter?: number | Date; body?: string }
  /** The body stops after so many bytes, although the headers promise all of it; the connection is closed. */
  | { kind: "cut"; afterBytes: number }
  /** The same with a TCP reset; without `afterBytes` before anything is answered. */
  | { kind: "reset"; afterBytes?: number }
  /** The same, but the connection stays open and silent. */
  | { kind: "stall"; afterBytes?: number }
  /** The file seems to be only so long ("half": half as long), in all its headers, for GET and HEAD. */
  | { kind: "short"; bytes: number | "half" }
  /** The body comes in pieces of `bytes`, one each interval. */
  | { kind: "slow"; bytes: number; intervalMs: number }
  /** A web page with status 200 in place of what was asked for; as text/html where no other type is given. */
  | { kind: "page"; html?: string; contentType?: string }
  /** The lowest bit of the byte at `offset` is flipped. */
  | { kind: "bitFlip"; offset: number }
  /** The body is compressed, whatever Accept-Encoding said; with the header that says so, or without. */
  | { kind: "gzip"; header: boolean }
  /** A Content-Encoding that the body does not have. */
  | { kind: "contentEncoding"; value: string }
  | { kind: "redirect"; location: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** Another Last-Modified, and ETag, than the listing's time; null: none. */
  | { kind: "lastModified"; value: Date | null }
  /** No Content-Length: the body comes in chunks. */
  | { kind: "chunked" }
  /** Range is not honored: the whole file with status 200. */
  | { kind: "ignoreRange" }
  /** Another Content-Range in a 206; null: none. */
  | { kind: "contentRange"; value: string | null }
  /**
   * The source changes before this answer is made, or right after: then the answer is still the old version, whole. A server that
   * ignores If-Range gives a range of whatever version there is.
   */
  | {
      kind: "meanwhile";
      before?: () => void | Promise<void>;
      after?: () => void | Promise<void>;
      ignoresIfRange?: boolean;
    }
  /** A listing without any file. */
  | { kind: "emptyListing" }
  /** The listing of another server, or IIS's with columns that are not known. */
  | { kind: "listingStyle"; style: "apache" | "nginx" | "columns" }
  /** Lines for these links, as they are, at the end of the listing. */
  | { kind: "links"; hrefs: string[] };

export type FaultRule = {
  /** The path that is asked for, without the query; or all listings, all files, or the population. */
  match: RegExp | "listing" | "file" | "population";
  method?: "GET" | "HEAD";
  /** For the first so many of the requests that match; without it, for all of them. */
  times?: number;
  /** For every so-manieth of the requests that match: 2 is the second, fourth, … */
  everyNth?: number;
  fault: Fault;
};

/** The kinds of address that a rule can match by name. */
export type Target = "listing" | "file" | "population" | "other";

/** Chooses the fault for each request: that of the first rule that matches and is not used up. */
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

/** The faults on the source's side. */

import type { Fault, FaultRule } from "@data-quest/local/replica/faults.ts";
import { iisLine, iisPage } from "@data-quest/local/replica/listing.ts";
import { LONG_AGO } from "../mirror/world.ts";
import type { FaultCase, Seen } from "./fault.ts";
import { CHANGED, dataFile, type Scene } from "./scene.ts";

const OF_CHANGED = /pr\.data\.0\.Current$/;
const OF_GONE = /pr\.gone$/;

/** All is as it should be: the run did its work. */
const done: Seen = {
  retried: [],
  error: null,
  pauses: [],
  asksForRest: false,
  asksIfModified: false,
  changedFile: "new",
  repairedBy: null,
  brokenPromises: [],
};
/** The run works after a retry. */
const retried = (...errors: string[]): Seen => ({ ...done, retried: errors });
/** The run fails, and what was stored stays. */
const fails = (error: string): Seen => ({ ...done, error, changedFile: "old", repairedBy: "next run" });
/** The run fails after all its retries. */
const gaveUp = (error: string): Seen => ({ ...fails(error), retried: [error] });

/** A fault of the replica's, from now on. */
const rules =
  (...faults: FaultRule[]) =>
  ({ world }: Scene) =>
    world.replica.setFaults(faults);
const onListing = (fault: Fault) => rules({ match: "listing", fault });
const onChanged = (fault: Fault, times?: number) =>
  rules({ match: OF_CHANGED, fault, ...(times === undefined ? {} : { times }) });

/** Sends every request of the source elsewhere until it ends. */
function elsewhere(timeSeries: string) {
  return ({ world, struck }: Scene) => {
    const before = world.dependencies.timeSeries;
    world.dependencies.timeSeries = timeSeries;
    struck();
    return () => {
      world.dependencies.timeSeries = before;
    };
  };
}

function listingOf(count: number): string {
  const path = "/pub/time.series/pr/";
  const kept = ["class", "series", "txt", "data.0.Current"];
  const names = [...kept, ...Array.from({ length: count - kept.length }, (_, n) => `data.${n}.Made`)];
  const entry = (name: string) => ({ name: `pr.${name}`, size: 100, modified: LONG_AGO });
  return iisPage(
    "download.bls.gov",
    path,
    names.map((name) => iisLine(path, entry(name))),
  );
}

const faults: Omit<FaultCase, "side">[] = [
  {
    fault: "503 on every 5th request",
    begin: async (scene) => {
      for (const number of [1, 2, 3, 4, 5]) await scene.publish(`pr.new${number}`, "new");
      rules({ match: /./, everyNth: 5, fault: { kind: "status", status: 503 } })(scene);
    },
    expected: retried("SourceUnavailable"),
  },
  {
    fault: "503 on every 2nd request",
    begin: rules({ match: /./, everyNth: 2, fault: { kind: "status", status: 503 } }),
    expected: retried("SourceUnavailable"),
  },
  {
    fault: "503 on every request for files",
    begin: rules({ match: "file", fault: { kind: "status", status: 503 } }),
    expected: gaveUp("SourceUnavailable"),
  },
  {
    fault: "429 without Retry-After",
    begin: onChanged({ kind: "status", status: 429 }, 1),
    expected: retried("SourceUnavailable"),
  },
  {
    fault: "503 with Retry-After: 20",
    begin: onChanged({ kind: "status", status: 503, retryAfter: 20 }, 1),
    expected: { ...done, pauses: [20] },
    note: "waits as asked",
  },
  {
    fault: "429 with a date as Retry-After",
    begin: (scene) => {
      const retryAfter = new Date(Date.now() + 30_000);
      onChanged({ kind: "status", status: 429, retryAfter }, 1)(scene);
    },
    expected: { ...done, pauses: [30] },
    note: "waits as asked",
  },
  {
    fault: "503 with Retry-After: 3600",
    begin: onChanged({ kind: "status", status: 503, retryAfter: 3600 }, 1),
    expected: { ...retried("SourceBusy"), pauses: [60] },
    note: "tries again after 1, 2, 4, 8 and 15 minutes",
  },
  {
    fault: "Body cut short, every time",
    begin: onChanged({ kind: "cut", afterBytes: 100_000 }),
    expected: { ...done, asksForRest: true },
    note: "reads the rest by Range and If-Range",
  },
  {
    fault: "Body reset, every time",
    begin: onChanged({ kind: "reset", afterBytes: 100_000 }),
    expected: { ...done, asksForRest: true },
    note: "reads the rest by Range and If-Range",
  },
  {
    fault: "Body cut after 1 kB, every time",
    begin: onChanged({ kind: "cut", afterBytes: 1000 }),
    expected: { ...gaveUp("SourceUnavailable"), asksForRest: true },
  },
  {
    fault: "Connection reset before any answer, every time",
    begin: onChanged({ kind: "reset" }),
    expected: gaveUp("SourceUnavailable"),
  },
  {
    fault: "Body stalls",
    scene: { stallLimit: 300 },
    begin: onChanged({ kind: "stall", afterBytes: 100_000 }, 2),
    expected: { ...done, asksForRest: true },
    note: "after a minute without a byte reads the rest by Range and If-Range",
  },
  {
    fault: "No answer at all",
    scene: { stallLimit: 300 },
    begin: onChanged({ kind: "stall" }, 1),
    expected: retried("SourceUnavailable"),
    note: "after a minute",
  },
  {
    fault: "Slow body",
    scene: { stallLimit: 300 },
    begin: onChanged({ kind: "slow", bytes: 20_000, intervalMs: 60 }),
    expected: done,
    note: "takes its time: there is no limit on the whole",
  },
  {
    fault: "Short body, honest-looking length on HEAD and GET",
    begin: onChanged({ kind: "short", bytes: "half" }),
    expected: gaveUp("SourceUnavailable"),
    note: "the listing has another size",
  },
  {
    fault: "An HTML error page with status 200 in place of a file",
    begin: onChanged({ kind: "page" }),
    expected: gaveUp("SourceUnavailable"),
    note: "the listing has another size",
  },
  {
    fault: "An HTML page of the very size of the file",
    begin: ({ world }) => {
      const html = `<html><body>${" ".repeat(dataFile(204_200, 2).length - 26)}</body></html>`;
      world.replica.setFaults([{ match: OF_CHANGED, fault: { kind: "page", html } }]);
    },
    expected: fails("FileRefused"),
  },
  {
    fault: "An HTML page of the very size of the file, as text/plain",
    begin: ({ world }) => {
      const html = `<title>Busy</title>${" ".repeat(dataFile(204_200, 2).length - 19)}`;
      const fault: Fault = { kind: "page", html, contentType: "text/plain" };
      world.replica.setFaults([{ match: OF_CHANGED, fault }]);
    },
    expected: fails("FileRefused"),
    note: "it is no data file",
  },
  {
    fault: "One bit flipped on the way (no TLS)",
    begin: onChanged({ kind: "bitFlip", offset: 150_000 }),
    expected: {
      ...done,
      changedFile: "another",
      repairedBy: "verify",
      brokenPromises: ["bls/pr/pr.data.0.Current has a version of 184815 bytes that was never published"],
    },
    note: "BLS publishes no checksums; over HTTPS such a body does not arrive",
  },
  {
    fault: "A file changed with its size and time unchanged",
    begin: async ({ world, publish, struck }) => {
      await world.sync({}, "in between");
      struck();
      await publish("pr.txt", "this is not pr\r\n".repeat(10).slice(0, 16 * 10), LONG_AGO);
    },
    expected: { ...done, repairedBy: "verify" },
    note: "nothing tells",
  },
  {
    fault: "Listing empty",
    begin: onListing({ kind: "emptyListing" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing of zero bytes",
    begin: onListing({ kind: "page", html: "" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing is an HTML page with status 200",
    begin: onListing({ kind: "page" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing cut in half, as if it were whole",
    begin: onListing({ kind: "short", bytes: "half" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing cut in half, tidily",
    begin: onListing({
      kind: "page",
      html: iisPage(
        "download.bls.gov",
        "/pub/time.series/pr/",
        ["pr.class", "pr.series"].map((name) =>
          iisLine("/pub/time.series/pr/", { name, size: 170, modified: LONG_AGO }),
        ),
      ),
    }),
    expected: fails("ListingNotBelievable"),
    note: "more are missing than the settings allow",
  },
  {
    fault: "Listing's connection cut",
    begin: rules({ match: "listing", times: 1, fault: { kind: "cut", afterBytes: 300 } }),
    expected: retried("SourceUnavailable"),
  },
  {
    fault: "Listing 503",
    begin: onListing({ kind: "status", status: 503 }),
    expected: gaveUp("SourceUnavailable"),
  },
  {
    fault: "Listing 404",
    begin: onListing({ kind: "status", status: 404 }),
    expected: fails("SourceNotFound"),
  },
  {
    fault: "Listing 403",
    begin: onListing({ kind: "status", status: 403 }),
    expected: fails("SourceForbidden"),
  },
  {
    fault: "Listing with columns that are not known",
    begin: onListing({ kind: "listingStyle", style: "columns" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing as Apache writes it",
    begin: onListing({ kind: "listingStyle", style: "apache" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing as nginx writes it",
    begin: onListing({ kind: "listingStyle", style: "nginx" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing of 10,000 files",
    begin: onListing({ kind: "page", html: listingOf(10_000) }),
    expected: fails("ListingTooLarge"),
  },
  {
    fault: "File 403",
    begin: onChanged({ kind: "status", status: 403 }),
    expected: fails("SourceForbidden"),
  },
  {
    fault: "File listed, but 404",
    begin: onChanged({ kind: "status", status: 404 }),
    expected: fails("SourceNotFound"),
  },
  {
    fault: "File gone from the listing, but not 404 (503)",
    begin: rules({ match: OF_GONE, fault: { kind: "status", status: 503 } }),
    expected: { ...gaveUp("SourceUnavailable"), changedFile: "new" },
    note: "nothing is removed",
  },
  {
    fault: "File gone from the listing, and redirected to a page that is not there",
    begin: rules({ match: OF_GONE, fault: { kind: "redirect", location: "/gone/away" } }),
    expected: { ...fails("SourceAnswerRefused"), changedFile: "new" },
    note: "nothing is removed",
  },
  {
    fault: "Connection refused",
    begin: elsewhere("http://127.0.0.1:1/pub/time.series/"),
    expected: gaveUp("SourceUnavailable"),
  },
  {
    fault: "DNS failure",
    begin: elsewhere("http://download.bls.invalid/pub/time.series/"),
    expected: gaveUp("SourceUnavailable"),
  },
  {
    fault: "Redirect to another host",
    begin: onChanged({ kind: "redirect", location: "http://127.0.0.1:1/pr.data.0.Current" }),
    expected: fails("SourceAnswerRefused"),
  },
  {
    fault: "Redirect on the same host",
    begin: onChanged({ kind: "redirect", location: "/pub/time.series/pr/PR.DATA.0.CURRENT" }),
    expected: done,
    note: "follows it",
  },
  {
    fault: "Content-Encoding that was not asked for (gzip)",
    begin: onChanged({ kind: "gzip", header: true }),
    expected: fails("SourceAnswerRefused"),
  },
  {
    fault: "gzip without the header that says so",
    begin: onChanged({ kind: "gzip", header: false }),
    expected: fails("FileRefused"),
    note: "it is no data file",
  },
  {
    fault: "A wrong Content-Encoding",
    begin: onChanged({ kind: "contentEncoding", value: "br" }),
    expected: fails("SourceAnswerRefused"),
  },
  {
    fault: "A file changes between listing and download",
    begin: ({ world, publish }) =>
      world.replica.setFaults([
        {
          match: "listing",
          times: 1,
          fault: { kind: "meanwhile", after: () => publish(CHANGED, dataFile(300_000, 3)) },
        },
      ]),
    expected: { ...done, changedFile: "another" },
    note: "the listing is read again and agrees",
  },
  {
    fault: "A file changes between two Range requests",
    begin: ({ world, publish }) =>
      world.replica.setFaults([
        { match: OF_CHANGED, times: 1, fault: { kind: "cut", afterBytes: 100_000 } },
        {
          match: OF_CHANGED,
          times: 1,
          fault: { kind: "meanwhile", before: () => publish(CHANGED, dataFile(204_200, 3)) },
        },
      ]),
    expected: { ...retried("SourceUnavailable"), asksForRest: true, changedFile: "another" },
    note: "the halves are never put together",
  },
  {
    fault: "The same, and the server gives the rest of the new version as that of the old",
    begin: ({ world, publish }) =>
      world.replica.setFaults([
        { match: OF_CHANGED, times: 1, fault: { kind: "cut", afterBytes: 100_000 } },
        {
          match: OF_CHANGED,
          times: 1,
          fault: {
            kind: "meanwhile",
            before: () => publish(CHANGED, dataFile(204_200, 3)),
            ignoresIfRange: true,
          },
        },
      ]),
    expected: { ...retried("SourceUnavailable"), asksForRest: true, changedFile: "another" },
    note: "another ETag: the halves are never put together",
  },
  {
    fault: "Last-Modified goes back",
    begin: async ({ publish, struck }) => {
      struck();
      await publish("pr.txt", "this is pr.TXT\r\n".repeat(10), new Date("2025-02-06T13:30:00Z"));
    },
    expected: done,
    note: "downloads without a condition",
  },
  {
    fault: "Two versions of one size within a minute",
    begin: async ({ world, publish, struck }) => {
      // A time that may be trusted (over a minute old) in a minute that may not (over for less than two).
      const minute = Math.floor((Date.now() - 100_000) / 60_000) * 60_000;
      await publish("pr.txt", "first\r\n", new Date(minute + 5000));
      await world.sync({}, "in between");
      struck();
      await publish("pr.txt", "other\r\n", new Date(minute + 20_000));
    },
    expected: { ...done, asksIfModified: true },
    note: "a stamp so young is not trusted: asks the source",
  },
  {
    fault: "A file renamed only by case",
    begin: async ({ publish, ledger, struck }) => {
      struck();
      await ledger.unpublish("pr.txt");
      await publish("pr.TXT", "this is pr.TXT\r\n".repeat(9));
      await publish("pr.gone", "back");
    },
    expected: done,
    note: "kept up to date under both names, since the server answers for both",
  },
  {
    fault: "Names with odd characters, very long names",
    begin: async ({ publish, struck }) => {
      struck();
      for (const name of ["a b#c%d é漢.txt", "it's+(1)&=;@!.txt", `${"long".repeat(60)}.txt`])
        await publish(name, `this is ${name}`);
    },
    expected: done,
  },
  {
    fault: "A name too long for a key",
    begin: onListing({ kind: "links", hrefs: [`/pub/time.series/pr/${"x".repeat(1100)}`] }),
    expected: fails("LinkRefused"),
  },
  {
    fault: "Links with `..`",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/../cu/cu.class"] }),
    expected: fails("LinkRefused"),
  },
  {
    fault: "Links with `..`, encoded",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/%2e%2e/cu/cu.class"] }),
    expected: fails("LinkRefused"),
  },
  {
    fault: "Links with `..`, encoded twice",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/%252e%252e%252fcu.class"] }),
    expected: fails("LinkRefused"),
  },
  {
    fault: "Names that change how they are shown (control characters, text from right to left)",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/pr%E2%80%AEtxt.exe"] }),
    expected: fails("LinkRefused"),
  },
  {
    fault: "Links with encoded slashes",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/a%2fb"] }),
    expected: fails("LinkRefused"),
  },
  {
    fault: "Links to other hosts",
    begin: onListing({ kind: "links", hrefs: ["http://other.example/pub/time.series/pr/pr.x"] }),
    expected: fails("LinkRefused"),
  },
];

export const sourceFaults: FaultCase[] = faults.map((fault) => ({ side: "source", ...fault }));

/** The listing is wrong, or has names and links that it should not have. */
import { iisLine, iisPage } from "@data-quest/bls-replica";
import { LONG_AGO } from "../mirror/harness.ts";
import type { FaultCase } from "./fault.ts";
import { done, entryFails, fails, gaveUp, retried } from "./outcomes.ts";
import { onListing, rules } from "./rules.ts";

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

export const listingFaults: readonly Omit<FaultCase, "side">[] = [
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
    fault: "Listing cut in half, with a matching Content-Length",
    begin: onListing({ kind: "short", bytes: "half" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing with only half of the files",
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
    note: "more files are missing than the settings allow",
  },
  {
    fault: "Connection cut during the listing",
    begin: rules({ match: "listing", times: 1, fault: { kind: "cut", afterBytes: 300 } }),
    expected: retried("SourceUnavailable"),
  },
  {
    fault: "503 for the listing",
    begin: onListing({ kind: "status", status: 503 }),
    expected: gaveUp("SourceUnavailable"),
  },
  {
    fault: "404 for the listing",
    begin: onListing({ kind: "status", status: 404 }),
    expected: fails("SourceNotFound"),
  },
  {
    fault: "403 for the listing",
    begin: onListing({ kind: "status", status: 403 }),
    expected: fails("SourceForbidden"),
  },
  {
    fault: "Listing with unknown columns",
    begin: onListing({ kind: "listingStyle", style: "columns" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing in the format of Apache",
    begin: onListing({ kind: "listingStyle", style: "apache" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing in the format of nginx",
    begin: onListing({ kind: "listingStyle", style: "nginx" }),
    expected: fails("ListingNotBelievable"),
  },
  {
    fault: "Listing of 10,000 files",
    begin: onListing({ kind: "page", html: listingOf(10_000) }),
    expected: fails("ListingTooLarge"),
  },
  {
    fault: "Names with special characters, and long names",
    begin: async ({ publish, struck }) => {
      struck();
      for (const name of ["a b#c%d é漢.txt", "it's+(1)&=;@!.txt", `${"long".repeat(60)}.txt`])
        await publish(name, `this is ${name}`);
    },
    expected: done,
  },
  {
    fault: "Name with a raw `#`",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/pr.c#lass"] }),
    expected: entryFails("FileNameRefused"),
  },
  {
    fault: "Name that is too long for a key",
    begin: onListing({ kind: "links", hrefs: [`/pub/time.series/pr/${"x".repeat(1100)}`] }),
    expected: entryFails("FileNameRefused"),
  },
  {
    fault: "Link with `..`",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/../cu/cu.class"] }),
    expected: fails("LinkRefused"),
  },
  {
    fault: "Link with `..`, encoded",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/%2e%2e/cu/cu.class"] }),
    expected: fails("LinkRefused"),
  },
  {
    fault: "Link with `..`, encoded twice",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/%252e%252e%252fcu.class"] }),
    expected: fails("LinkRefused"),
  },
  {
    fault: "Name with control characters (such as one that changes the text direction)",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/pr%E2%80%AEtxt.exe"] }),
    expected: entryFails("FileNameRefused"),
  },
  {
    fault: "Link with an encoded slash",
    begin: onListing({ kind: "links", hrefs: ["/pub/time.series/pr/a%2fb"] }),
    expected: fails("LinkRefused"),
  },
  {
    fault: "Link to another host",
    begin: onListing({ kind: "links", hrefs: ["http://other.example/pub/time.series/pr/pr.x"] }),
    expected: fails("LinkRefused"),
  },
];

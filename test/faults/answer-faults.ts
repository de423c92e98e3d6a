/** The source responds incorrectly, slowly, or not at all. */
import type { Fault } from "@data-quest/bls-replica";
import type { FaultCase } from "./fault.ts";
import { done, entryFails, fails, fileFails, fileGaveUp, gaveUp, retried } from "./outcomes.ts";
import { OF_CHANGED, onChanged, rules } from "./rules.ts";
import { dataFile, type Scene } from "./scene.ts";

const OF_GONE = /pr\.gone$/;

/** A fault that sends every request for the source to `timeSeries` until the fault ends. */
function elsewhere(timeSeries: string) {
  return ({ harness, struck }: Scene) => {
    const before = harness.dependencies.timeSeries;
    harness.dependencies.timeSeries = timeSeries;
    struck();
    return () => {
      harness.dependencies.timeSeries = before;
    };
  };
}

export const answerFaults: readonly Omit<FaultCase, "side">[] = [
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
    fault: "503 on every request for a file",
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
    note: "waits as requested",
  },
  {
    fault: "429 with a date in Retry-After",
    begin: (scene) => {
      const retryAfter = new Date(Date.now() + 30_000);
      onChanged({ kind: "status", status: 429, retryAfter }, 1)(scene);
    },
    expected: { ...done, pauses: [30] },
    note: "waits as requested",
  },
  {
    fault: "503 with Retry-After: 3600",
    begin: onChanged({ kind: "status", status: 503, retryAfter: 3600 }, 1),
    expected: { ...retried("SourceBusy"), pauses: [60] },
    note: "the waits are 1, 2, 4, 8, and 15 minutes",
  },
  {
    fault: "Body cut short, every time",
    begin: onChanged({ kind: "cut", afterBytes: 100_000 }),
    expected: { ...done, asksForRest: true },
    note: "requests the rest with Range and If-Range",
  },
  {
    fault: "Body reset, every time",
    begin: onChanged({ kind: "reset", afterBytes: 100_000 }),
    expected: { ...done, asksForRest: true },
    note: "requests the rest with Range and If-Range",
  },
  {
    fault: "Body cut after 1 kB, every time",
    begin: onChanged({ kind: "cut", afterBytes: 1000 }),
    expected: { ...gaveUp("SourceUnavailable"), asksForRest: true },
  },
  {
    fault: "Connection reset before any response, every time",
    begin: onChanged({ kind: "reset" }),
    expected: gaveUp("SourceUnavailable"),
  },
  {
    fault: "Body stalls",
    scene: { stallLimit: 300 },
    begin: onChanged({ kind: "stall", afterBytes: 100_000 }, 2),
    expected: { ...done, asksForRest: true },
    note: "after a minute without a byte, requests the rest with Range and If-Range",
  },
  {
    fault: "No response at all",
    scene: { stallLimit: 300 },
    begin: onChanged({ kind: "stall" }, 1),
    expected: retried("SourceUnavailable"),
    note: "gives up on the connection after a minute",
  },
  {
    fault: "Slow body",
    scene: { stallLimit: 300 },
    begin: onChanged({ kind: "slow", bytes: 20_000, intervalMs: 60 }),
    expected: done,
    note: "there is no limit on the total time of a download",
  },
  {
    fault: "Short body with a matching Content-Length",
    begin: onChanged({ kind: "short", bytes: "half" }),
    expected: fileGaveUp("FileSizeMismatch"),
    note: "the size in the listing differs",
  },
  {
    fault: "HTML error page with status 200 instead of a file",
    begin: onChanged({ kind: "page" }),
    expected: fileGaveUp("FileSizeMismatch"),
    note: "the size in the listing differs",
  },
  {
    fault: "HTML page of exactly the size of the file",
    begin: ({ harness }) => {
      const html = `<html><body>${" ".repeat(dataFile(204_200, 2).length - 26)}</body></html>`;
      harness.replica.setFaults([{ match: OF_CHANGED, fault: { kind: "page", html } }]);
    },
    expected: fileFails("FileRefused"),
  },
  {
    fault: "HTML page of exactly the size of the file, as text/plain",
    begin: ({ harness }) => {
      const html = `<title>Busy</title>${" ".repeat(dataFile(204_200, 2).length - 19)}`;
      const fault: Fault = { kind: "page", html, contentType: "text/plain" };
      harness.replica.setFaults([{ match: OF_CHANGED, fault }]);
    },
    expected: fileFails("FileRefused"),
    note: "the body is not a data file",
  },
  {
    fault: "One bit flipped in transit (no TLS)",
    begin: onChanged({ kind: "bitFlip", offset: 150_000 }),
    expected: {
      ...done,
      changedFile: "another",
      repairedBy: "verify",
      brokenPromises: ["bls/pr/pr.data.0.Current has a version of 184815 bytes that was never published"],
    },
    note: "BLS publishes no checksums; over HTTPS, TLS would detect the change",
  },
  {
    fault: "403 for one file",
    begin: onChanged({ kind: "status", status: 403 }),
    expected: fails("SourceForbidden"),
  },
  {
    fault: "404 for a file in the listing",
    begin: onChanged({ kind: "status", status: 404 }),
    expected: fileFails("FileMissing"),
  },
  {
    fault: "503 for a file that is missing from the listing",
    begin: rules({ match: OF_GONE, fault: { kind: "status", status: 503 } }),
    expected: { ...gaveUp("SourceUnavailable"), changedFile: "new" },
    note: "nothing is removed",
  },
  {
    fault: "File missing from the listing, and a redirect to a page that returns 404",
    begin: rules({ match: OF_GONE, fault: { kind: "redirect", location: "/gone/away" } }),
    expected: { ...entryFails("SourceAnswerRefused"), repairedBy: "next run" },
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
    expected: fileFails("SourceAnswerRefused"),
  },
  {
    fault: "Redirect within the same host",
    begin: onChanged({ kind: "redirect", location: "/pub/time.series/pr/PR.DATA.0.CURRENT" }),
    expected: done,
    note: "the redirect is followed",
  },
  {
    fault: "Content-Encoding that was not requested (gzip)",
    begin: onChanged({ kind: "gzip", header: true }),
    expected: fileFails("SourceAnswerRefused"),
  },
  {
    fault: "gzip without a Content-Encoding header",
    begin: onChanged({ kind: "gzip", header: false }),
    expected: fileFails("FileRefused"),
    note: "the body is not a data file",
  },
  {
    fault: "A wrong Content-Encoding",
    begin: onChanged({ kind: "contentEncoding", value: "br" }),
    expected: fileFails("SourceAnswerRefused"),
  },
];

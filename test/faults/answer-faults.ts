/** The source answers wrongly, slowly, or not at all. */
import type { Fault } from "@data-quest/bls-replica/faults";
import type { FaultCase } from "./fault.ts";
import { done, entryFails, fails, fileFails, fileGaveUp, gaveUp, retried } from "./outcomes.ts";
import { OF_CHANGED, onChanged, rules } from "./rules.ts";
import { dataFile, type Scene } from "./scene.ts";

const OF_GONE = /pr\.gone$/;

/** Sends every request of the source elsewhere until it ends. */
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
    expected: fileGaveUp("FileSizeMismatch"),
    note: "the listing has another size",
  },
  {
    fault: "An HTML error page with status 200 in place of a file",
    begin: onChanged({ kind: "page" }),
    expected: fileGaveUp("FileSizeMismatch"),
    note: "the listing has another size",
  },
  {
    fault: "An HTML page of the very size of the file",
    begin: ({ harness }) => {
      const html = `<html><body>${" ".repeat(dataFile(204_200, 2).length - 26)}</body></html>`;
      harness.replica.setFaults([{ match: OF_CHANGED, fault: { kind: "page", html } }]);
    },
    expected: fileFails("FileRefused"),
  },
  {
    fault: "An HTML page of the very size of the file, as text/plain",
    begin: ({ harness }) => {
      const html = `<title>Busy</title>${" ".repeat(dataFile(204_200, 2).length - 19)}`;
      const fault: Fault = { kind: "page", html, contentType: "text/plain" };
      harness.replica.setFaults([{ match: OF_CHANGED, fault }]);
    },
    expected: fileFails("FileRefused"),
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
    fault: "File 403",
    begin: onChanged({ kind: "status", status: 403 }),
    expected: fails("SourceForbidden"),
  },
  {
    fault: "File listed, but 404",
    begin: onChanged({ kind: "status", status: 404 }),
    expected: fileFails("FileMissing"),
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
    expected: entryFails("SourceAnswerRefused"),
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
    fault: "Redirect on the same host",
    begin: onChanged({ kind: "redirect", location: "/pub/time.series/pr/PR.DATA.0.CURRENT" }),
    expected: done,
    note: "follows it",
  },
  {
    fault: "Content-Encoding that was not asked for (gzip)",
    begin: onChanged({ kind: "gzip", header: true }),
    expected: fileFails("SourceAnswerRefused"),
  },
  {
    fault: "gzip without the header that says so",
    begin: onChanged({ kind: "gzip", header: false }),
    expected: fileFails("FileRefused"),
    note: "it is no data file",
  },
  {
    fault: "A wrong Content-Encoding",
    begin: onChanged({ kind: "contentEncoding", value: "br" }),
    expected: fileFails("SourceAnswerRefused"),
  },
];

/** The source changes in ways that are easily missed. */
import { LONG_AGO } from "../mirror/harness.ts";
import type { FaultCase } from "./fault.ts";
import { done, retried } from "./outcomes.ts";
import { OF_CHANGED } from "./rules.ts";
import { CHANGED, dataFile } from "./scene.ts";

export const changeFaults: readonly Omit<FaultCase, "side">[] = [
  {
    fault: "File changed, but with the same size and time",
    begin: async ({ harness, publish, struck }) => {
      await harness.sync({}, "in between");
      struck();
      await publish("pr.txt", "this is not pr\r\n".repeat(10).slice(0, 16 * 10), LONG_AGO);
    },
    expected: { ...done, repairedBy: "verify" },
    note: "nothing indicates the change",
  },
  {
    fault: "File changes between the listing and the download",
    begin: ({ harness, publish }) =>
      harness.replica.setFaults([
        {
          match: "listing",
          times: 1,
          fault: { kind: "meanwhile", after: () => publish(CHANGED, dataFile(300_000, 3)) },
        },
      ]),
    expected: { ...done, changedFile: "another" },
    note: "the listing is read again, and matches",
  },
  {
    fault: "File changes between two Range requests",
    begin: ({ harness, publish }) =>
      harness.replica.setFaults([
        { match: OF_CHANGED, times: 1, fault: { kind: "cut", afterBytes: 100_000 } },
        {
          match: OF_CHANGED,
          times: 1,
          fault: { kind: "meanwhile", before: () => publish(CHANGED, dataFile(204_200, 3)) },
        },
      ]),
    expected: { ...retried("SourceUnavailable"), asksForRest: true, changedFile: "another" },
    note: "the two halves are never combined",
  },
  {
    fault: "File changes between two Range requests, and the server ignores If-Range",
    begin: ({ harness, publish }) =>
      harness.replica.setFaults([
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
    note: "the ETag differs, so the two halves are never combined",
  },
  {
    fault: "Last-Modified goes backward",
    begin: async ({ publish, struck }) => {
      struck();
      await publish("pr.txt", "this is pr.TXT\r\n".repeat(10), new Date("2025-02-06T13:30:00Z"));
    },
    expected: done,
    note: "downloads unconditionally",
  },
  {
    fault: "Two versions of the same size within a minute",
    begin: async ({ harness, publish, struck }) => {
      // A trustworthy time (more than a minute old) in an untrustworthy minute (one that ended less than two minutes
      // ago).
      const minute = Math.floor((Date.now() - 100_000) / 60_000) * 60_000;
      await publish("pr.txt", "first\r\n", new Date(minute + 5000));
      await harness.sync({}, "in between");
      struck();
      await publish("pr.txt", "other\r\n", new Date(minute + 20_000));
    },
    expected: { ...done, asksIfModified: true },
    note: "does not trust a stamp that recent, and asks the source",
  },
  {
    fault: "File name changed only in case",
    begin: async ({ publish, publications, struck }) => {
      struck();
      await publications.unpublish("pr.txt");
      await publish("pr.TXT", "this is pr.TXT\r\n".repeat(9));
      await publish("pr.gone", "back");
    },
    expected: done,
    note: "the file is kept up to date under both names, because the server returns it under both",
  },
];

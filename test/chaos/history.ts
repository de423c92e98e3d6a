/** Random histories of a source and of the runs that mirror it. */
import type { Fault } from "@data-quest/bls-replica";
import type { S3Fault } from "@data-quest/s3-server";
import fc from "fast-check";

/** What a publisher does to one of the files. If the change does not apply, nothing happens. */
export type Change =
  | { do: "publish"; file: number; content: number; size: number }
  | { do: "touch"; file: number }
  | { do: "remove"; file: number }
  | { do: "rename"; file: number; to: number }
  | { do: "restore"; file: number };

/** A fault for `times` requests of one kind, after the first `after` requests. */
export type Trouble =
  | { on: "source"; match: "listing" | "file"; after: number; times: number; fault: Fault }
  | { on: "S3"; operation: string; after: number; times: number; fault: S3Fault }
  /** The source changes in the middle of a run. */
  | { on: "source"; match: "listing" | "file"; after: number; change: Change };

/**
 * One run, alone or with a concurrent run (`rival`). If `killedAt` is not null, the run is killed before or after
 * its S3 request with this index.
 */
export type Run = {
  verify: boolean;
  rival: boolean;
  troubles: Trouble[];
  killedAt: number | null;
  killedWhen: "before" | "after";
};

/**
 * With `large`, the first file is published 8 MiB (one part) larger than the change's `size`. With 2
 * `s3Attempts`, the S3 client itself retries after a lost response.
 */
export type History = { large: boolean; s3Attempts: number; steps: { changes: Change[]; run: Run }[] };

/** How many files come and go. There is also one permanent file, because a survey is never empty. */
const FILES = 5;

const file = fc.nat(FILES - 1);
const size = fc.constantFrom(0, 1, 500, 500, 3000, 70_000);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("publish"), file, content: fc.nat(5), size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("touch"), file }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove"), file }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rename"), file, to: file }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restore"), file }) },
);

const anyFault = fc.constantFrom<Fault[]>(
  { kind: "status", status: 503 },
  { kind: "status", status: 429, retryAfter: 1 },
  { kind: "status", status: 404 },
  { kind: "status", status: 403 },
  { kind: "cut", afterBytes: 200 },
  { kind: "cut", afterBytes: 66_000 },
  { kind: "reset" },
  { kind: "reset", afterBytes: 300 },
  { kind: "short", bytes: "half" },
  { kind: "page" },
  { kind: "gzip", header: true },
  { kind: "gzip", header: false },
  { kind: "redirect", location: "http://127.0.0.1:1/" },
  { kind: "redirect", location: "/pub/time.series/pr/elsewhere" },
  { kind: "chunked" },
);
const fileFault = fc.constantFrom<Fault[]>(
  { kind: "lastModified", value: new Date("2020-02-02T20:20:20Z") },
  { kind: "lastModified", value: null },
  { kind: "ignoreRange" },
  { kind: "contentRange", value: "bytes 0-1/2" },
);
/** A valid listing from which files are missing. */
const LACKING =
  '<html><body><pre><A HREF="/pub/time.series/">[To Parent Directory]</A><br><br>' +
  ' 1/29/2026  8:30 AM            8 <A HREF="/pub/time.series/pr/pr.stays">pr.stays</A><br></pre></body></html>';
const listingFault = fc.constantFrom<Fault[]>(
  { kind: "page", html: LACKING },
  { kind: "page", html: LACKING },
  { kind: "emptyListing" },
  { kind: "listingStyle", style: "apache" },
  { kind: "listingStyle", style: "columns" },
  { kind: "links", hrefs: ["/pub/time.series/pr/%2e%2e/x"] },
);
const s3Fault = fc.constantFrom<S3Fault[]>(
  { kind: "error", code: "SlowDown" },
  { kind: "error", code: "AccessDenied" },
  { kind: "error", code: "InternalError" },
  { kind: "error", code: "BadDigest" },
  { kind: "reset", when: "before" },
  { kind: "reset", when: "after" },
  { kind: "reset", when: "body", bytes: 100 },
  { kind: "diskFull", bytes: 100 },
  { kind: "lostPart", partNumber: 1 },
);
const operation = fc.constantFrom(
  "PutObject",
  "PutObjectTagging",
  "GetObjectTagging",
  "HeadObject",
  "DeleteObject",
  "UploadPart",
  "UploadPartCopy",
  "CreateMultipartUpload",
  "CompleteMultipartUpload",
  "AbortMultipartUpload",
  "ListObjectsV2",
);

const after = fc.nat(4);
const times = fc.constantFrom(1, 1, 2, 50);
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      on: fc.constant("source"),
      match: fc.constant("file"),
      after,
      times,
      fault: fc.oneof(anyFault, fileFault),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      on: fc.constant("source"),
      match: fc.constant("listing"),
      after: fc.nat(1),
      times,
      fault: fc.oneof(anyFault, listingFault),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      on: fc.constant("source"),
      match: fc.constantFrom("listing", "file"),
      after,
      change,
    }),
  },
  { weight: 4, arbitrary: fc.record({ on: fc.constant("S3"), operation, after, times, fault: s3Fault }) },
);

const run: fc.Arbitrary<Run> = fc.record({
  verify: fc.nat(9).map((n) => n === 0),
  rival: fc.nat(4).map((n) => n === 0),
  troubles: fc.array(trouble, { maxLength: 4 }),
  killedAt: fc.option(fc.nat(25), { freq: 3 }),
  killedWhen: fc.constantFrom("before", "after"),
});

/** A history: alternating changes and runs. */
export const history: fc.Arbitrary<History> = fc.record({
  large: fc.nat(5).map((n) => n === 5),
  s3Attempts: fc.constantFrom(1, 2),
  steps: fc.array(fc.record({ changes: fc.array(change, { maxLength: 5 }), run }), {
    minLength: 2,
    maxLength: 5,
  }),
});

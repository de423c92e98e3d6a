import { describe, expect, test } from "vitest";
import { reasons } from "../bronze/reasons.ts";
import { runTag, type StoredFile } from "../bronze/stored-file.ts";
import { dateForIfModifiedSince, decide, type Facts, whyWritten } from "./decide.ts";

const stored: StoredFile = {
  key: "bls/pr/pr.class",
  versionId: "v1",
  etag: '"e"',
  bytes: 102,
  checkedSha256: undefined,
  storedAt: new Date("2026-09-03T13:00:00Z"),
  metadata: { execution: "arn", "last-modified": "Thu, 03 Sep 2026 12:30:17 GMT" },
  tags: { source: "here", modified: "2026-09-03T12:30:17.000Z" },
};
const listed = { size: 102, modified: new Date("2026-09-03T12:30:00Z") };

describe("the date for If-Modified-Since", () => {
  test("is the stored file's recorded time if size and minute are the same", () => {
    expect(dateForIfModifiedSince(stored, listed, "here")).toBe("Thu, 03 Sep 2026 12:30:17 GMT");
  });

  test.each([
    ["another size", stored, { ...listed, size: 103 }],
    ["a later time", stored, { ...listed, modified: new Date("2026-09-03T12:31:00Z") }],
    ["an earlier time", stored, { ...listed, modified: new Date("2026-09-03T12:29:00Z") }],
    ["a stored file without a recorded time", { ...stored, tags: { source: "here" } }, listed],
    ["another source's file", { ...stored, tags: { ...stored.tags, source: "there" } }, listed],
  ])("is undefined for %s", (_, file, line) => {
    expect(dateForIfModifiedSince(file, line, "here")).toBeUndefined();
  });
});

describe("the decision", () => {
  const line = { size: 102, modified: new Date("2026-09-03T12:30:00Z") };
  const stamped = { ...stored.tags, stamp: "2026-09-03T12:30Z 102", sha256: "s", run: "another" };
  const facts = (known: Partial<Facts>): Facts => ({
    accepted: false,
    verify: false,
    source: "here",
    synthetic: false,
    execution: "arn:now",
    listed: line,
    current: { versionId: "v1", tags: stamped },
    ...known,
  });
  const version = { ...stored, tags: stamped };
  const known = (more: Partial<Facts>) => facts({ version, copied: false, ...more });
  const other = { ...line, size: 103 };

  test.each<[string, Facts, object]>([
    ["a new file", facts({ current: undefined }), { do: "download", reason: reasons.new }],
    ["a version with the listing's stamp in its tags", facts({}), { do: "keep", reason: reasons.sameStamp }],
    ["a version with another stamp", facts({ listed: other }), { need: "version" }],
    ["a run that verifies", facts({ verify: true }), { need: "version" }],
    ["a larger size", known({ listed: other }), { do: "download", line: other, reason: reasons.otherSize }],
    ["a larger size, before the check for copies", facts({ version, listed: other }), { need: "copied" }],
    ["a copy by an operator", known({ copied: true, listed: other }), { do: "hold", line: other }],
    [
      "a version that an operator put there",
      known({ version: { ...version, metadata: {} } }),
      { do: "hold", line },
    ],
    [
      "an operator's version if the source is accepted",
      known({ version: { ...version, metadata: {} }, accepted: true }),
      { do: "download", reason: reasons.acceptedOverHeld },
    ],
    [
      "a version without a stamp, but with a Last-Modified",
      known({ version: stored, current: { versionId: "v1", tags: stored.tags } }),
      { need: "modification", since: "Thu, 03 Sep 2026 12:30:17 GMT" },
    ],
    [
      "a version without a stamp, after a 304",
      known({ version: stored, modification: { notModified: true } }),
      { do: "keep", reason: reasons.notModified },
    ],
    [
      "a version without a stamp, after a 304 for another version",
      known({
        version: stored,
        modification: { notModified: true, lastModified: "Thu, 03 Sep 2026 12:30:18 GMT" },
      }),
      { do: "download", reason: reasons.changed },
    ],
    [
      "a version whose recorded time is no longer in the listing",
      known({ listed: { ...line, modified: new Date("2026-09-03T12:31:00Z") } }),
      { do: "download", reason: reasons.otherTime },
    ],
    [
      "a version without any recorded time",
      known({ version: { ...version, tags: { source: "here", sha256: "s", run: "another" } } }),
      { do: "download", reason: reasons.unrecorded },
    ],
    [
      "a version without a recorded hash or Last-Modified",
      known({ version: { ...version, tags: { source: "here", stamp: stamped.stamp } } }),
      { do: "download", reason: reasons.unrecorded },
    ],
    [
      "a run that verifies, with everything known",
      known({ verify: true }),
      { do: "download", reason: reasons.verify },
    ],
    ["synthetic data over real", known({ synthetic: true, verify: true }), { do: "refuse" }],
    [
      "real data over synthetic",
      known({ version: { ...version, metadata: { ...version.metadata, synthetic: "true" } }, verify: true }),
      { do: "download", reason: reasons.replacesSynthetic },
    ],
    [
      "a version with the ID null",
      facts({ version: { ...version, versionId: "null" }, current: { versionId: "null", tags: stamped } }),
      { do: "renew" },
    ],
    [
      "nothing stored and nothing listed",
      facts({ current: undefined, listed: undefined }),
      { do: "nothing", reason: reasons.removedEarlier },
    ],
    ["a file that is not listed", known({ listed: undefined }), { need: "presence" }],
    [
      "a file that is not listed, after a 404",
      known({ listed: undefined, presence: { gone: 404 } }),
      { do: "remove", reason: "gone at the source (404)" },
    ],
    [
      "an operator's copy that is not listed, after a 404",
      known({ listed: undefined, presence: { gone: 404 }, copied: true }),
      { do: "hold", line: undefined, reason: reasons.heldUnlisted },
    ],
    [
      "a file that is not listed, after a response with a web page",
      known({ listed: undefined, presence: { page: true } }),
      { do: "keep", reason: reasons.presenceUnknown },
    ],
    [
      "a file that is not listed, but unchanged at the source",
      known({
        listed: undefined,
        presence: { found: { size: 102, modified: new Date("2026-09-03T12:30:17Z") } },
      }),
      { do: "keep", reason: reasons.notListed },
    ],
    [
      "a file that is not listed, but different at the source",
      known({ listed: undefined, presence: { found: other } }),
      { do: "download", reason: `${reasons.notListed}; ${reasons.changed}` },
    ],
    [
      "a file that is not listed, and has no recorded time",
      known({
        listed: undefined,
        version: { ...version, tags: { source: "here", sha256: "s", run: "another" } },
        presence: { found: line },
      }),
      { do: "download", reason: `${reasons.notListed}; ${reasons.changed}` },
    ],
  ])("on %s", (_, from, decision) => {
    expect(decide(from)).toMatchObject(decision);
  });

  test("needs the version's head if this execution may have written the version", () => {
    const run = runTag("arn:now");
    expect(decide(facts({ current: { versionId: "v1", tags: { ...stamped, run } } }))).toEqual({
      need: "version",
    });
  });

  test("gets a more exact reason once the bytes are known", () => {
    expect(whyWritten(reasons.otherTime, version, line)).toBe(reasons.changed);
    expect(whyWritten(reasons.unrecorded, version, line)).toBe(reasons.changed);
    expect(whyWritten(reasons.verify, version, line)).toBe(reasons.verifySameStamp);
    expect(whyWritten(reasons.verify, version, other)).toBe(reasons.verifyDiffers);
    expect(whyWritten(reasons.otherSize, version, other)).toBe(reasons.otherSize);
  });
});

import { describe, expect, test } from "vitest";
import type { StoredFile } from "../bronze/stored-file.ts";
import { dateForIfModifiedSince } from "./decide.ts";

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
  test("is the stored file's own, where size and minute are the same", () => {
    expect(dateForIfModifiedSince(stored, listed, "here")).toBe("Thu, 03 Sep 2026 12:30:17 GMT");
  });

  test.each([
    ["another size", stored, { ...listed, size: 103 }],
    ["a time that went on", stored, { ...listed, modified: new Date("2026-09-03T12:31:00Z") }],
    ["a time that went back", stored, { ...listed, modified: new Date("2026-09-03T12:29:00Z") }],
    ["a stored file whose time tells nothing", { ...stored, tags: { source: "here" } }, listed],
    ["another source's file", { ...stored, tags: { ...stored.tags, source: "there" } }, listed],
  ])("is none for %s", (_, file, line) => {
    expect(dateForIfModifiedSince(file, line, "here")).toBeUndefined();
  });
});

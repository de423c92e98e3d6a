import { describe, expect, test } from "vitest";
import { sourceTags } from "./agreement.ts";

const modified = new Date("2026-09-03T12:30:00Z");
const tagsOf = (listedAt: string, lastModified: string, date: string, listed = modified) =>
  sourceTags(
    "here",
    {
      file: { name: "pr.class", path: "pr.class", size: 102, modified: listed },
      listedAt: new Date(listedAt),
    },
    { lastModified: new Date(lastModified).toUTCString(), date: new Date(date).toUTCString() },
  );
const known = { source: "here", modified: "2026-09-03T12:30:17.000Z" };

describe("what may be recorded about the source", () => {
  test("includes the listing's stamp if its minute ended at least two minutes before the listing", () => {
    const fetch = (listedAt: string) => tagsOf(listedAt, known.modified, "2026-09-03T12:40:00Z");
    expect(fetch("2026-09-03T12:33:00Z")).toEqual({ ...known, stamp: "2026-09-03T12:30Z 102" });
    expect(fetch("2026-09-03T12:32:59Z")).toEqual(known);
  });

  test.each(["2026-09-03T12:29:59Z", "2026-09-03T12:31:00Z", "2026-09-03T13:30:00Z"])(
    "does not include the listing's 12:30 stamp for a body that was modified at %s",
    (lastModified) => {
      expect(tagsOf("2026-09-04T00:00:00Z", lastModified, "2026-09-04T00:00:00Z")).not.toHaveProperty(
        "stamp",
      );
    },
  );

  test("includes a stamp from the hour that repeats in the fall, once both of its occurrences are over", () => {
    const half = new Date("2026-11-01T05:30:00Z");
    for (const lastModified of ["2026-11-01T05:30:17Z", "2026-11-01T06:30:17Z"]) {
      const fetch = (listedAt: string) => tagsOf(listedAt, lastModified, "2026-11-02T00:00:00Z", half);
      expect(fetch("2026-11-01T07:02:00Z")).toHaveProperty("stamp");
      expect(fetch("2026-11-01T07:01:59Z")).not.toHaveProperty("stamp");
    }
  });

  test("is nothing for a body less than a minute old: another body can still get the same time", () => {
    expect(tagsOf("2026-09-03T12:40:00Z", known.modified, "2026-09-03T12:31:17Z")).toMatchObject(known);
    expect(tagsOf("2026-09-03T12:40:00Z", known.modified, "2026-09-03T12:31:16Z")).toEqual({});
  });

  test("is nothing without the source's own headers", () => {
    const file = { name: "pr.class", path: "pr.class", size: 102, modified };
    const listed = { file, listedAt: new Date("2026-09-04T00:00:00Z") };
    const date = "Thu, 03 Sep 2026 13:00:00 GMT";
    expect(sourceTags("here", listed, { lastModified: undefined, date })).toEqual({});
    expect(sourceTags("here", listed, { lastModified: "yesterday", date })).toEqual({});
    expect(sourceTags("here", listed, { lastModified: modified.toUTCString(), date: undefined })).toEqual({});
  });
});

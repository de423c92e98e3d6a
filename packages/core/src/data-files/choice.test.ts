import { expect, test } from "vitest";
import { FilePath } from "./choice.ts";

test.each(["pr.data.0.Current", "older/pr.data.1.All", "ce.data.00a.Total Nonfarm", "a..b"])(
  "%s is a path in the survey's folder",
  (path) => {
    expect(FilePath.parse(path)).toBe(path);
  },
);

test.each([
  "",
  "/pr.data.0.Current",
  "..",
  "../cu/cu.series",
  "older/../../cu/x",
  "./x",
  "a//b",
  "a/",
  "a\\b",
  "a\nb",
])("%j is not a file path", (path) => {
  expect(FilePath.safeParse(path).error?.issues[0]?.message).toContain("in the survey's folder");
});

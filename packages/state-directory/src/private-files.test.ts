import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makePrivate } from "./private-files.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "private-"));
  chmodSync(directory, 0o755);
});
afterEach(() => rmSync(directory, { recursive: true }));

const modeOf = (...path: string[]) => (statSync(join(directory, ...path)).mode & 0o7777).toString(8);

function create(path: string, mode: number): void {
  const file = join(directory, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "", { mode });
  chmodSync(file, mode);
}

test("a state directory of an earlier version becomes private, recursively", () => {
  create("s3/buckets/b/bodies/1", 0o644);
  create("running.json", 0o664);
  create("source.json", 0o644);
  create("reports/pr/x/run.sh", 0o755);
  makePrivate(directory);
  expect([modeOf(), modeOf("s3"), modeOf("s3/buckets/b/bodies")]).toEqual(["700", "700", "700"]);
  expect([modeOf("s3/buckets/b/bodies/1"), modeOf("running.json")]).toEqual(["600", "600"]);
  expect(modeOf("reports/pr/x/run.sh")).toBe("700");
});

test("files outside the state keep their permissions, and so does the directory that contains them", () => {
  create("s3/owner.json", 0o644);
  create("package.json", 0o644);
  makePrivate(directory);
  expect([modeOf(), modeOf("package.json"), modeOf("s3/owner.json")]).toEqual(["755", "644", "600"]);
});

test("symbolic links are not followed", () => {
  const outside = mkdtempSync(join(tmpdir(), "outside-"));
  writeFileSync(join(outside, "file"), "");
  chmodSync(join(outside, "file"), 0o644);
  mkdirSync(join(directory, "s3"));
  symlinkSync(join(outside, "file"), join(directory, "s3/link"));
  symlinkSync(outside, join(directory, "reports"));
  makePrivate(directory);
  expect((statSync(join(outside, "file")).mode & 0o777).toString(8)).toBe("644");
  rmSync(outside, { recursive: true });
});

test("an empty directory becomes private, even if it is reached through a symbolic link", () => {
  symlinkSync(directory, `${directory}-link`);
  makePrivate(`${directory}-link`);
  rmSync(`${directory}-link`);
  expect(modeOf()).toBe("700");
});

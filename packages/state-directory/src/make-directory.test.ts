import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeDirectory } from "./make-directory.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "make-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

test("a directory is created with its missing parents, and a second call does not fail", () => {
  makeDirectory(join(dir, "a", "b"));
  makeDirectory(join(dir, "a", "b"));
  expect(statSync(join(dir, "a", "b")).isDirectory()).toBe(true);
});

test("a file in the place of the directory or of a parent causes the system's error", () => {
  writeFileSync(join(dir, "file"), "");
  expect(() => makeDirectory(join(dir, "file"))).toThrow("EEXIST");
  expect(() => makeDirectory(join(dir, "file", "below"))).toThrow("ENOTDIR");
});

test.skipIf(!existsSync("/proc/self"))(
  "a directory that accepts no new entries causes the system's error (Linux only)",
  () => {
    expect(() => makeDirectory("/proc/quest/state")).toThrow("ENOENT");
  },
);

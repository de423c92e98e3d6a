import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { publishFile } from "./publish.ts";

const MODIFIED = new Date("2026-01-29T13:30:00Z");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "publish-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a file can be published several times at once, and one of its versions is complete", async () => {
  const file = join(folder, "pr.class");
  const bodies = ["a", "b", "c"].map((letter) => letter.repeat(1_000_000));
  await Promise.all(bodies.map((body) => publishFile(file, body, MODIFIED)));
  expect(bodies).toContain(readFileSync(file, "utf8"));
  expect(readdirSync(folder)).toEqual(["pr.class"]);
});

test("a file that cannot be published leaves nothing behind", async () => {
  mkdirSync(join(folder, "pr.class"));
  await expect(publishFile(join(folder, "pr.class"), "text", MODIFIED)).rejects.toThrow("EISDIR");
  expect(readdirSync(folder)).toEqual(["pr.class"]);
});

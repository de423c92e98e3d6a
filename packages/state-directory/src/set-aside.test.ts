import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { setAside } from "./set-aside.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "aside-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a file that is set aside keeps its relative path and content, and replaces no other file", () => {
  mkdirSync(join(directory, "a"));
  const places = ["first", "second", "third"].map((content) => {
    writeFileSync(join(directory, "a/b.json"), content);
    return setAside(directory, join(directory, "a/b.json"));
  });
  expect(places).toEqual(
    ["b.json", "b.json.2", "b.json.3"].map((name) => join(directory, "damaged/a", name)),
  );
  expect(places.map((place) => readFileSync(place, "utf8"))).toEqual(["first", "second", "third"]);
});

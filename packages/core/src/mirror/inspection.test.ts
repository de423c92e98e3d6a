import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FileRefused } from "../errors.ts";
import { inspectFile } from "./inspection.ts";

const header = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";
const row = "PRS30006011      \t1995\tQ01\t         2.6\t\r\n";

function inspect(path: string, text: string, chunkBytes = 65_536, contentType?: string): void {
  const inspection = inspectFile(path, contentType);
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += chunkBytes)
    inspection.see(bytes.subarray(from, from + chunkBytes));
  inspection.end();
}

describe("inspectFile", () => {
  test.each([1, 7, 65_536])("accepts a data file in chunks of %i bytes", (chunkBytes) => {
    inspect("pr.data.0.Current", header + row.repeat(200), chunkBytes, "text/plain");
  });

  test("accepts a text file that is not a data file", () => {
    inspect("pr.txt", "Section Listing\n<not a page>\n");
    inspect("pr.footnote", "");
  });

  test("accepts a web page if the file's name is that of a web page", () => {
    inspect("overview.html", "<!DOCTYPE html><html></html>", 65_536, "text/html");
  });

  test.each([
    ["pr.class", "<!DOCTYPE html><html><body>Access Denied</body></html>"],
    ["pr.class", "\r\n  <HTML><HEAD><TITLE>Error</TITLE></HEAD></HTML>"],
    ["pr.series", "<title>Access Denied</title><h1>Access Denied</h1>"],
    ["pr.data.0.Current", "<html></html>"],
  ])("refuses a web page in place of %s", (path, text) => {
    for (const chunkBytes of [1, 65_536]) expect(() => inspect(path, text, chunkBytes)).toThrow(FileRefused);
  });

  test.each(["pr.data.0.Current", "pr.series", "old/pr.txt"])("refuses %s by its Content-Type", (path) => {
    for (const type of ["text/html; charset=utf-8", "TEXT/HTML", "application/xhtml+xml"])
      expect(() => inspect(path, header + row, 65_536, type)).toThrow(`its Content-Type is ${type}`);
  });

  test("refuses a data file that lacks columns, and lists the missing ones", () => {
    expect(() => inspect("pr.data.0.Current", "series_id\tyear\tamount\n")).toThrow(/period, value/);
    expect(() => inspect("pr.data.0.Current", "")).toThrow(FileRefused);
  });

  const page = "<html><head><title>503</title></head>\r\n<body>busy</body></html>\r\n";
  test.each([
    ["has no tab after its header", "no tab here\n".repeat(5000), /no tab/],
    ["has few lines, none with a tab", "no tab here\n".repeat(5), /no tab/],
    ["has commas in place of tabs", "PRS30006011,1995,Q01,2.6,\r\n".repeat(200), /no tab/],
    ["ends in the middle of a line's first column", `${row.repeat(200)}PRS3000`, /no tab/],
    ["has a web page in it", row.repeat(5000) + page + row.repeat(5000), /no tab.*<title>503/],
    [
      "has a line of 60,000 bytes",
      `${row.repeat(100)}${"x\t".repeat(30_000)}\n${row.repeat(100)}`,
      /a line of more/,
    ],
    ["has a line of 4097 bytes", `\t${"x".repeat(4096)}\n${row.repeat(200)}`, /a line of more/],
    ["has a hole", `${row.repeat(200)}PRS3\t${"\0".repeat(900)}\r\n${row}`, /NUL/],
  ])("refuses a data file that %s, whatever the size of the chunks", (_, rows, reason) => {
    for (const chunkBytes of [100, 4096, 65_536, 2_000_000])
      expect(() => inspect("pr.data.0.Current", header + rows, chunkBytes)).toThrow(reason);
  });

  test("accepts the longest allowed line, and blank lines", () => {
    inspect("pr.data.0.Current", `${header}\t${"x".repeat(4095)}\n${row.repeat(200)}  \r\n\r\n`);
  });

  test("reaches the same verdict however the file is split", () => {
    const line = fc.oneof(
      { arbitrary: fc.constant(row.repeat(60)), weight: 6 },
      { arbitrary: fc.stringMatching(/^[A-Z]{1,60}\t[0-9]{1,9}\t?\r?\n$/), weight: 6 },
      { arbitrary: fc.integer({ min: 4090, max: 4097 }).map((n) => `\t${"x".repeat(n)}\n`), weight: 1 },
      { arbitrary: fc.constantFrom("\0", "x", "a,b\n", " \r\n", "\n", page, "\t\n", "\t"), weight: 1 },
    );
    const text = fc.array(line, { maxLength: 12, size: "max" }).map((lines) => header + lines.join(""));
    const cuts = fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 9, size: "max" });
    const verdicts = new Set<string>();
    fc.assert(
      fc.property(text, cuts, (whole, sizes) => {
        const verdict = verdictOn(whole, [whole.length]);
        verdicts.add(verdict.replace(/: ".*/, ""));
        expect(verdictOn(whole, [...sizes, whole.length])).toBe(verdict);
      }),
      { numRuns: 500, seed: 4 },
    );
    // If some verdicts never occurred, the property would prove nothing.
    expect(verdicts.size).toBe(4);
  });

  const data = fileURLToPath(new URL("../../../../../shared/data/bls", import.meta.url));
  test.skipIf(!existsSync(data))("accepts BLS's own files (skips without ../shared/data)", () => {
    const files = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((path) =>
      /\/pr\.\w+/.test(path),
    );
    expect(files.length).toBeGreaterThan(10);
    for (const path of files) {
      for (const chunkBytes of [1000, 65_536])
        inspect(path, readFileSync(join(data, path), "latin1"), chunkBytes);
    }
  });
});

/**
 * Returns "passes", or why the data file with this text is refused when it is split into chunks of these
 * sizes.
 */
function verdictOn(text: string, sizes: readonly number[]): string {
  const inspection = inspectFile("pr.data.0.Current", "text/plain");
  let from = 0;
  try {
    for (const size of sizes) {
      const chunk = Buffer.from(text.slice(from, from + size));
      inspection.see(chunk);
      // Simulates reuse of the chunk's memory.
      chunk.fill("?");
      from += size;
    }
    inspection.end();
    return "passes";
  } catch (error) {
    if (error instanceof FileRefused) return error.message;
    throw error;
  }
}

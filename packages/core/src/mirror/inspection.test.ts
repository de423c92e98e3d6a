import { describe, expect, it } from "vitest";
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
  it.each([1, 7, 65_536])("lets a data file pass in chunks of %i bytes", (chunkBytes) => {
    inspect("pr.data.0.Current", header + row.repeat(200), chunkBytes, "text/plain");
  });

  it("lets any other text pass", () => {
    inspect("pr.txt", "Section Listing\n<not a page>\n");
    inspect("pr.footnote", "");
  });

  it("lets a web page pass that is named as one", () => {
    inspect("overview.html", "<!DOCTYPE html><html></html>", 65_536, "text/html");
  });

  it.each([
    ["pr.class", "<!DOCTYPE html><html><body>Access Denied</body></html>"],
    ["pr.class", "\r\n  <HTML><HEAD><TITLE>Error</TITLE></HEAD></HTML>"],
    ["pr.data.0.Current", "<html></html>"],
  ])("refuses a web page in place of %s", (path, text) => {
    for (const chunkBytes of [1, 65_536]) expect(() => inspect(path, text, chunkBytes)).toThrow(FileRefused);
  });

  it("refuses a data file by what it came as", () => {
    expect(() => inspect("pr.data.0.Current", header + row, 65_536, "text/html; charset=utf-8")).toThrow(
      FileRefused,
    );
  });

  it("refuses a data file without its columns, and names them", () => {
    expect(() => inspect("pr.data.0.Current", "series_id\tyear\tamount\n")).toThrow(/period, value/);
    expect(() => inspect("pr.data.0.Current", "")).toThrow(FileRefused);
  });

  it("refuses a data file that stops being one", () => {
    expect(() => inspect("pr.data.0.Current", header + row.repeat(200) + "\0".repeat(20_000))).toThrow(
      /line of more than/,
    );
    expect(() =>
      inspect("pr.data.0.Current", header + row.repeat(200) + "no tab here\n".repeat(10_000), 4096),
    ).toThrow(/no tab/);
  });
});

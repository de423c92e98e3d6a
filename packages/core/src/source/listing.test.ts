import { describe, expect, test } from "vitest";
import { LinkRefused, ListingNotBelievable } from "../errors.ts";
import { parseListing } from "./listing.ts";

const url = new URL("https://download.bls.gov/pub/time.series/pr/");

function page(...lines: string[]): string {
  return `<html><head><title>download.bls.gov - /pub/time.series/pr/</title></head><body><H1>download.bls.gov - /pub/time.series/pr/</H1><hr>\r\n\r\n<pre><A HREF="/pub/time.series/">[To Parent Directory]</A><br><br> ${lines.join("<br> ")}<br></pre><hr></body></html>`;
}

const line = (href: string, size = "102") =>
  `9/3/2026  8:30 AM ${size.padStart(12)} <A HREF="${href}">name</A>`;

describe("parseListing", () => {
  test("reads files and folders with their times and sizes", () => {
    const html = page(
      line("/pub/time.series/pr/pr.class"),
      line("/pub/time.series/pr/pr.data.0.Current", "1539613"),
      line("/pub/time.series/pr/old/", "&lt;dir&gt;"),
    );
    const modified = new Date("2026-09-03T12:30:00Z");
    expect(parseListing(html, url)).toEqual([
      { kind: "file", name: "pr.class", size: 102, modified },
      { kind: "file", name: "pr.data.0.Current", size: 1539613, modified },
      { kind: "folder", name: "old" },
    ]);
  });

  test("decodes names", () => {
    const [entry] = parseListing(page(line("/pub/time.series/pr/a%20b%23%C3%A9")), url);
    expect(entry?.name).toBe("a b#é");
  });

  test("gives no entry for an empty folder", () => {
    expect(parseListing(page().replace("<br> <br>", "<br>"), url)).toEqual([]);
  });

  test.each([
    ["nothing at all", ""],
    ["an error page", "<html><body><h1>Service Unavailable</h1></body></html>"],
    ["a page cut off in the middle", page(line("/pub/time.series/pr/pr.class")).slice(0, -40)],
    [
      "Apache's listing",
      '<html><body><pre><a href="../">Parent Directory</a> <a href="x">x</a> 2026-09-03 08:30 1K</pre></body></html>',
    ],
    ["a line without a size", page('9/3/2026  8:30 AM <A HREF="/pub/time.series/pr/pr.class">pr.class</A>')],
    [
      "a column that is not known",
      page('9/3/2026  8:30 AM  102  owner <A HREF="/pub/time.series/pr/pr.class">pr.class</A>'),
    ],
    ["the same name twice", page(line("/pub/time.series/pr/pr.class"), line("/pub/time.series/pr/pr.class"))],
  ])("does not believe %s", (_, html) => {
    expect(() => parseListing(html, url)).toThrow(ListingNotBelievable);
  });

  test.each([
    "https://evil.example/pub/time.series/pr/pr.class",
    "//evil.example/pr.class",
    "/pub/time.series/cu/cu.class",
    "/pub/time.series/pr/../cu/cu.class",
    "../cu/cu.class",
    "/pub/time.series/pr/%2e%2e/cu/cu.class",
    "/pub/time.series/pr/%252e%252e%252fcu",
    "/pub/time.series/pr/a%2fb",
    "/pub/time.series/pr/a%5cb",
    "/pub/time.series/pr/a\\..\\..\\b",
    "/pub/time.series/pr/a%00b",
    "/pub/time.series/pr/%E9",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://user:pass@download.bls.gov/pub/time.series/pr/pr.class",
    "/pub/time.series/pr/pr.class?x=1",
    "/pub/time.series/pr/pr.class#x",
    "/pub/time.series/pr/",
    "/pub/time.series/pr/sub/pr.class",
    "/pub/time.series/pr/a%C2%9Bb",
    "/pub/time.series/pr/pr%E2%80%AEtxt.exe",
    "/pub/time.series/pr/pr%E2%80%8B.txt",
    "/pub/time.series/pr/pr%E2%80%A8.txt",
    `/pub/time.series/pr/${"x".repeat(1100)}`,
    `/pub/time.series/pr/${encodeURIComponent("漢".repeat(300))}`,
  ])("refuses a link to %s", (href) => {
    expect(() => parseListing(page(line(href)), url)).toThrow(LinkRefused);
  });
});

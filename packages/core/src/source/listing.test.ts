import { describe, expect, test } from "vitest";
import { LinkRefused, ListingNotBelievable, ListingTooLarge } from "../errors.ts";
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

  test("yields no entries for an empty folder", () => {
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
      "an unknown column",
      page('9/3/2026  8:30 AM  102  owner <A HREF="/pub/time.series/pr/pr.class">pr.class</A>'),
    ],
    ["the same name twice", page(line("/pub/time.series/pr/pr.class"), line("/pub/time.series/pr/pr.class"))],
  ])("refuses %s", (_, html) => {
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
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://user:pass@download.bls.gov/pub/time.series/pr/pr.class",
    "/pub/time.series/pr/",
    "/pub/time.series/pr/sub/pr.class",
  ])("refuses a link to %s", (href) => {
    expect(() => parseListing(page(line(href)), url)).toThrow(LinkRefused);
  });

  test.each([
    ["a control character", "/pub/time.series/pr/a%00b", "a%00b", /control characters/],
    ["broken percent-encoding", "/pub/time.series/pr/%E9", "%E9", /percent-encoding/],
    ["a raw ?", "/pub/time.series/pr/pr.class?x=1", "pr.class?x=1", /unescaped \? or #/],
    ["a raw #", "/pub/time.series/pr/pr.class#x", "pr.class#x", /unescaped \? or #/],
    ["a C1 control character", "/pub/time.series/pr/a%C2%9Bb", "a%C2%9Bb", /control characters/],
    ["a change of text direction", "/pub/time.series/pr/pr%E2%80%AEtxt.exe", "pr%E2%80%AEtxt.exe", /control/],
    ["a zero-width space", "/pub/time.series/pr/pr%E2%80%8B.txt", "pr%E2%80%8B.txt", /control/],
    ["a line separator", "/pub/time.series/pr/pr%E2%80%A8.txt", "pr%E2%80%A8.txt", /control/],
    [
      "a name over 1,024 bytes",
      `/pub/time.series/pr/${"x".repeat(1100)}`,
      expect.stringMatching(/^x{100}\.{3}[0-9a-f]{8}$/),
      /too long for a key/,
    ],
    [
      "a URL that is too long",
      `/pub/time.series/pr/${encodeURIComponent("漢".repeat(300))}`,
      expect.stringMatching(/^%E6%BC%A2.{91}\.{3}[0-9a-f]{8}$/),
      /too long for the metadata/,
    ],
  ])("marks only the entry with %s as odd", (_, href, name, reason) => {
    const entries = parseListing(page(line("/pub/time.series/pr/pr.class"), line(href)), url);
    expect(entries.map(({ kind }) => kind)).toEqual(["file", "odd"]);
    expect(entries[1]).toEqual({ kind: "odd", name, reason: expect.stringMatching(reason) });
  });

  test("distinguishes two long names with the same beginning", () => {
    const long = `/pub/time.series/pr/${"x".repeat(1100)}`;
    const names = parseListing(page(line(`${long}a`), line(`${long}b`)), url).map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
  });

  // The slowest of these pages takes a tenth of a second on an idle machine. In quadratic time, it would take minutes.
  const beginning = page().slice(0, page().indexOf("<br>"));
  test.each([
    ["unclosed tags", "<b>"],
    ["unclosed tables", "<table><tr><td>"],
    ["unclosed foreign elements", "<svg><a>"],
    ["unclosed links", "<a>"],
    ["closing tags only", "</b>"],
    ["ampersands", "&"],
    ["text", "x"],
    ["spaces", " "],
    ["brackets", "<"],
    ["comments", "<!--"],
    ["attributes", "<a x y z "],
    ["an endless link", '<A HREF="../'],
  ])("quickly refuses 4 MB of %s", (_, piece) => {
    const bytes = 4 * 1024 * 1024;
    const begun = process.cpuUsage().user;
    for (const html of [beginning, ""].map((start) => start + piece.repeat(bytes / piece.length)))
      expect(() => parseListing(html, url)).toThrow(ListingNotBelievable);
    // In microseconds of CPU time, which other load on the machine does not affect.
    expect(process.cpuUsage().user - begun).toBeLessThan(10_000_000);
  });

  test("refuses a listing with more entries than an execution can carry", () => {
    const lines = Array.from({ length: 5001 }, (_, index) => line(`/pub/time.series/pr/pr.${index}`));
    expect(() => parseListing(page(...lines), url)).toThrow(ListingTooLarge);
    expect(parseListing(page(...lines.slice(1)), url)).toHaveLength(5000);
  });
});

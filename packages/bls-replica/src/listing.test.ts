import { expect, test } from "vitest";
import { iisListing, usDate } from "./listing.ts";

test("a listing is exactly the page that IIS writes", () => {
  const page = iisListing("download.bls.gov", "/pub/time.series/pr/", [
    { name: "old", size: null, modified: new Date("2026-05-12T12:30:00Z") },
    { name: "pr.class", size: 102, modified: new Date("2026-09-03T12:30:59Z") },
    { name: "pr.contacts", size: 562, modified: new Date("2022-09-13T20:52:00Z") },
    { name: "pr.data.1.AllData", size: 348357219, modified: new Date("2013-12-20T15:20:00Z") },
  ]);
  expect(page).toBe(
    "<html><head><title>download.bls.gov - /pub/time.series/pr/</title></head><body>" +
      "<H1>download.bls.gov - /pub/time.series/pr/</H1><hr>\r\n\r\n" +
      '<pre><A HREF="/pub/time.series/">[To Parent Directory]</A><br><br>' +
      ' 5/12/2026  8:30 AM        &lt;dir&gt; <A HREF="/pub/time.series/pr/old/">old</A><br>' +
      '  9/3/2026  8:30 AM          102 <A HREF="/pub/time.series/pr/pr.class">pr.class</A><br>' +
      ' 9/13/2022  4:52 PM          562 <A HREF="/pub/time.series/pr/pr.contacts">pr.contacts</A><br>' +
      '12/20/2013 10:20 AM    348357219 <A HREF="/pub/time.series/pr/pr.data.1.AllData">pr.data.1.AllData</A><br>' +
      "</pre><hr></body></html>",
  );
});

test("times are U.S. Eastern time, in summer and in winter", () => {
  expect(usDate(new Date("2026-07-01T04:05:00Z"))).toEqual({ date: "7/1/2026", time: "12:05 AM" });
  expect(usDate(new Date("2026-01-01T04:05:00Z"))).toEqual({ date: "12/31/2025", time: "11:05 PM" });
  expect(usDate(new Date("2026-01-01T17:00:00Z"))).toEqual({ date: "1/1/2026", time: "12:00 PM" });
});

test("a name is encoded in the link and escaped in the text", () => {
  const page = iisListing("h", "/pub/time.series/pr/", [
    { name: 'a b&<c>"#?.txt', size: 1, modified: new Date(0) },
  ]);
  expect(page).toContain(
    '<A HREF="/pub/time.series/pr/a%20b%26%3Cc%3E%22%23%3F.txt">a b&amp;&lt;c&gt;&quot;#?.txt</A>',
  );
});

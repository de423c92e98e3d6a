import { expect, test } from "vitest";
import { timestampMilliseconds } from "./timestamp.ts";

test.each([
  ["2016-03-14T01:59:00Z", Date.UTC(2016, 2, 14, 1, 59)],
  ["2016-03-14T01:59:00.123456789Z", Date.UTC(2016, 2, 14, 1, 59, 0, 123)],
  ["2016-03-14T01:59Z", Date.UTC(2016, 2, 14, 1, 59)],
  ["2016-03-14T01:59:00+02:00", Date.UTC(2016, 2, 13, 23, 59)],
])("%s is a valid timestamp", (text, milliseconds) => {
  expect(timestampMilliseconds(text)).toBe(milliseconds);
});

test.each([
  "2016-12-05 21:29:29Z",
  "2016-12-05T21:29:29",
  "05-12-2016T21:29:29Z",
  "2016-12-05T25:29:29Z",
  "2016-02-30T00:00:00Z",
  "2016-13-01T00:00:00Z",
  "tomorrow",
  "",
])("%s is not a valid timestamp", (text) => {
  expect(timestampMilliseconds(text)).toBeUndefined();
});

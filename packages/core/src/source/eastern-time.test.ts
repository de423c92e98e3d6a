import { describe, expect, test } from "vitest";
import { easternMinute, parseEasternTime } from "./eastern-time.ts";

describe("parseEasternTime", () => {
  test.each([
    ["9/3/2026  8:30 AM", "2026-09-03T12:30:00.000Z"],
    ["1/29/2026 12:05 AM", "2026-01-29T05:05:00.000Z"],
    ["12/31/2025 11:59 PM", "2026-01-01T04:59:00.000Z"],
  ])("reads %s in daylight saving or standard time", (text, utc) => {
    expect(parseEasternTime(text)?.toISOString()).toBe(utc);
  });

  test.each(["2026-09-03 08:30", "13/1/2026 8:30 AM", "9/3/2026 25:00 AM", ""])(
    "does not read %j",
    (text) => {
      expect(parseEasternTime(text)).toBeUndefined();
    },
  );
});

describe("easternMinute", () => {
  test("shows both occurrences of the repeated hour in the fall alike, as a listing does", () => {
    expect(easternMinute(new Date("2026-11-01T05:30:00Z"))).toBe("2026-11-01 01:30");
    expect(easternMinute(new Date("2026-11-01T06:30:59Z"))).toBe("2026-11-01 01:30");
  });
});

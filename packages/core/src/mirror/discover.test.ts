import { expect, test } from "vitest";
import { ListingTooLarge } from "../errors.ts";
import type { Discovery } from "../workflow.ts";
import { completeSettings, refuseTooManyFiles } from "./discover.ts";

function discovery(files: number, acceptSource: string[]): Discovery {
  const settings = completeSettings({ acceptSource }, { concurrency: 4, maxRemovedShare: 0.25 }, [
    { path: "pr.data.0.Current", bytes: 1 },
  ]);
  const items = Array.from({ length: files }, (_, index) => ({
    do: "remove" as const,
    name: `pr.${index}`,
    path: `pr.${index}`,
  }));
  return { settings, source: "here", listedAt: "2026-09-03T12:30:00.000Z", items, present: [] };
}
const check = (files: number, acceptSource: string[]) => () =>
  refuseTooManyFiles("here", discovery(files, acceptSource));

test("a listing is refused if it is too large together with the settings, because Analyze gets both", () => {
  // The number of files that docs/surveys.md states.
  expect(check(550, [])).not.toThrow();
  const keys = Array.from({ length: 500 }, (_, index) => `bls/pr/${"long".repeat(20)}.${index}`);
  expect(check(500, keys)).toThrow(ListingTooLarge);
  expect(check(500, keys)).toThrow(/500 keys in acceptSource.*with fewer keys/);
  expect(check(700, [])).toThrow(ListingTooLarge);
});

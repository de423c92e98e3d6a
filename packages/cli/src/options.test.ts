import { Settings } from "@data-quest/core/workflow";
import { Command } from "commander";
import { expect, test } from "vitest";
import { age, countToKeep, withInput, withSources } from "./options.ts";

const concurrencyOf = (text: string) =>
  withSources(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parse(["--concurrency", text], { from: "user" })
    .opts().concurrency;

test("--concurrency accepts only what a run's settings allow", () => {
  for (const text of ["1", "4", "40"]) {
    expect(concurrencyOf(text)).toBe(Number(text));
    expect(Settings.shape.concurrency.safeParse(Number(text)).success).toBe(true);
  }
  for (const text of ["0", "41", "99999", "-1", "1.5", "many"]) {
    expect(() => concurrencyOf(text), text).toThrow(/Expected a whole number/);
    expect(Settings.shape.concurrency.safeParse(Number(text)).success).toBe(false);
  }
});

const inputOf = (...args: string[]) =>
  withInput(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parse(args, { from: "user" })
    .opts();

test("--years takes the first and last year, or one year", () => {
  expect(inputOf("--years", "2015-2020").years).toEqual([2015, 2020]);
  expect(inputOf("--years", "2015").years).toEqual([2015, 2015]);
  for (const text of ["2020-2015", "15-20", "2015-", "all"])
    expect(() => inputOf("--years", text), text).toThrow(/Expected the first and last year/);
});

test("an option with several values can be repeated or take values separated by commas", () => {
  expect(inputOf("--accept-source", "a,b", "--accept-source", "c").acceptSource).toEqual(["a", "b", "c"]);
});

test("an age is a sum of hours, days, weeks, months, and years", () => {
  const hour = 3_600_000;
  expect([age("12h"), age("30d"), age("2w"), age("1y6m")]).toEqual(
    [12, 30 * 24, 14 * 24, (365 + 180) * 24].map((hours) => hours * hour),
  );
  for (const text of ["", "30", "d", "-1d", "1.5d", "30 d", "1s"])
    expect(() => age(text)).toThrow("Expected an age");
});

test("the number to keep must be at least 1", () => {
  expect(countToKeep("1")).toBe(1);
  for (const text of ["0", "-1", "many"]) expect(() => countToKeep(text)).toThrow("Expected a whole number");
});

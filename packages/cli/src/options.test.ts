import { Settings } from "@data-quest/core/workflow";
import { Command } from "commander";
import { expect, test } from "vitest";
import { withSources } from "./options.ts";

const concurrencyOf = (text: string) =>
  withSources(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parse(["--concurrency", text], { from: "user" })
    .opts().concurrency;

test("--concurrency is what a run's settings allow, and nothing else", () => {
  for (const text of ["1", "4", "40"]) {
    expect(concurrencyOf(text)).toBe(Number(text));
    expect(Settings.shape.concurrency.safeParse(Number(text)).success).toBe(true);
  }
  for (const text of ["0", "41", "99999", "-1", "1.5", "many"]) {
    expect(() => concurrencyOf(text), text).toThrow(/Expected a whole number/);
    expect(Settings.shape.concurrency.safeParse(Number(text)).success).toBe(false);
  }
});

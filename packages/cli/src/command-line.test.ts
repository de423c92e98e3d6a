import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { commandLine } from "./command-line.ts";

test("a command line includes the stage or the state directory", () => {
  const words = ["history", "one"];
  expect(commandLine(words, { stateDir: ".quest" })).toBe("npx quest history one");
  expect(commandLine(words, { stateDir: "/tmp/state" })).toBe("npx quest history one --state-dir /tmp/state");
  expect(commandLine(words, { stateDir: ".quest", stage: "production" })).toBe(
    "npx sst shell --stage production -- npx quest history one --stage production",
  );
});

test("a shell reads a command line correctly", () => {
  const word = "http://it's/a?b&c=$d e";
  const line = commandLine(["run", word], { stateDir: "a b" }).replace("npx quest", "printf '%s\\n'");
  expect(execFileSync("sh", ["-c", line], { encoding: "utf8" })).toBe(`run\n${word}\n--state-dir\na b\n`);
});

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "");

/** The modules that a source file imports, static and dynamic. */
function importsOf(file: string): string[] {
  const text = readFileSync(`${root}/${file}`, "utf8");
  return [...text.matchAll(/(?:from\s+|import\s*\(?\s*)"([^"]+)"/g)].map((match) => match[1] ?? "");
}

const sourcesOf = (folder: string) =>
  files.filter((file) => file.startsWith(folder) && /\.ts$/.test(file) && !/\.test\.ts$/.test(file));

describe("imports point one way", () => {
  test.each([
    ["loopback-server", []],
    ["state-directory", []],
    ["core", []],
    ["bls-replica", []],
    ["functions", ["core"]],
    ["s3-server", ["loopback-server", "state-directory"]],
    ["step-functions", ["state-directory"]],
    ["lambda-host", ["step-functions"]],
    [
      "local",
      ["loopback-server", "state-directory", "bls-replica", "s3-server", "step-functions", "lambda-host"],
    ],
    [
      "cli",
      ["core", "local", "state-directory", "lambda-host", "step-functions", "bls-replica", "s3-server"],
    ],
  ])("packages/%s imports of our packages only %j", (name, allowed) => {
    const folder = `packages/${name}/src/`;
    expect(sourcesOf(folder).length).toBeGreaterThan(0);
    for (const file of sourcesOf(folder)) {
      for (const specifier of importsOf(file)) {
        const ours = /^@data-quest\/([^/]+)/.exec(specifier)?.[1];
        if (ours !== undefined) expect([...allowed, name], `${file} imports ${specifier}`).toContain(ours);
        expect(specifier, `${file} climbs out of its package`).not.toMatch(
          /(\.\.\/)+(core|functions|local|cli|infra|test)\//,
        );
      }
    }
  });

  test("core knows nothing of Lambda or Step Functions", () => {
    for (const file of sourcesOf("packages/core/src/"))
      for (const specifier of importsOf(file))
        expect(specifier, file).not.toMatch(
          /^(aws-lambda|@aws-sdk\/client-(sfn|lambda)|@aws-lambda-powertools|sst)/,
        );
  });

  test("infra imports nothing of the packages", () => {
    for (const file of sourcesOf("infra/"))
      for (const specifier of importsOf(file)) expect(specifier, file).not.toMatch(/@data-quest|packages\//);
  });
});

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

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
  it.each([
    ["core", []],
    ["functions", ["core"]],
    ["local", ["core", "functions"]],
    ["cli", ["core", "functions", "local"]],
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

  it("core knows nothing of Lambda or Step Functions", () => {
    for (const file of sourcesOf("packages/core/src/"))
      for (const specifier of importsOf(file))
        expect(specifier, file).not.toMatch(
          /^(aws-lambda|@aws-sdk\/client-(sfn|lambda)|@aws-lambda-powertools|sst)/,
        );
  });

  it("infra imports nothing of the packages", () => {
    for (const file of sourcesOf("infra/"))
      for (const specifier of importsOf(file)) expect(specifier, file).not.toMatch(/@data-quest|packages\//);
  });
});

it("the top level holds what it should and nothing else", () => {
  const top = new Set(files.map((file) => file.split("/")[0] ?? "").filter((name) => !name.startsWith(".")));
  expect([...top].sort()).toEqual(
    [
      ...["README.md", "biome.json", "docs", "infra", "package-lock.json", "package.json", "packages"],
      ...["sst-env.d.ts", "sst.config.ts", "test", "tsconfig.json", "vitest.config.ts"],
    ].filter((name) => name !== "docs" || top.has("docs")),
  );
});

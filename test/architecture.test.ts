import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { violations } from "./architecture/cruise.ts";
import { allowedImports, rules } from "./architecture/rules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

test("imports follow the architecture: direction, exports, no cycles of files or folders", async () => {
  expect(await violations(root, ["packages", "infra", "test"], rules)).toEqual([]);
});

test("every package is in the table of allowed imports", () => {
  const packages = readdirSync(join(root, "packages"), { withFileTypes: true });
  const names = packages.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(Object.keys(allowedImports)).toEqual(expect.arrayContaining(names));
});

describe("the rules find", () => {
  const repository = mkdtempSync(join(tmpdir(), "quest-architecture-"));
  afterAll(() => rmSync(repository, { recursive: true }));

  const files = {
    "packages/core/src/a/first.ts":
      'import type { Second } from "../b/second.ts";\nexport type First = Second;',
    "packages/core/src/b/second.ts": 'export type { Third as Second } from "./third.ts";',
    "packages/core/src/b/third.ts": 'import type { Other } from "../a/other.ts";\nexport type Third = Other;',
    "packages/core/src/a/other.ts": "export type Other = string;",
    "packages/core/src/chicken.ts": 'export { egg } from "./egg.ts";',
    "packages/core/src/egg.ts":
      "export const egg = async () => { using x = y; return import('./chicken.ts'); };",
    "packages/core/src/upward.ts": 'import "../../cli/src/main.ts";',
    "packages/core/src/missing.ts": 'import "./nowhere.ts";',
    "packages/cli/src/main.ts": "export {};",
    "infra/stage.ts": 'import "../packages/core/src/egg.ts";',
  };
  let found: string[];
  beforeAll(async () => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(repository, path)), { recursive: true });
      await writeFile(join(repository, path), text);
    }
    found = await violations(repository, ["packages", "infra"], rules);
  });

  test.each([
    ["a cycle of folders, even through type imports", "no-folder-cycles: packages/core/src/a"],
    ["a cycle of files, in a file with `using`", "no-file-cycles: packages/core/src/chicken.ts"],
    ["an import in the wrong direction", "core-imports-only-execution-history: packages/core/src/upward.ts"],
    [
      "an import that bypasses a package's exports",
      "packages-are-imported-by-name: packages/core/src/upward.ts",
    ],
    ["an import that does not resolve", "imports-resolve: packages/core/src/missing.ts"],
    [
      "an import of a package's internals in infra",
      "infra-imports-only-constants-facts-and-queries: infra/stage.ts",
    ],
  ])("%s", (_, violation) => {
    expect(found).toContainEqual(expect.stringContaining(violation));
  });
});

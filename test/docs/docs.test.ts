import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { anchors, codeLines, localLinks, readPages, root, runnableBlocks } from "./pages.ts";

const pages = readPages();
const quest = join(root, "node_modules/.bin/quest");
const help = new Map<string, string>();

/** The help of a `quest` command, or an empty string if there is no such command. */
function helpOf(command: string): string {
  const known = help.get(command);
  if (known !== undefined) return known;
  const { status, stdout } = spawnSync(quest, [...(command === "" ? [] : [command]), "--help"], {
    encoding: "utf8",
  });
  const text = status === 0 ? stdout : "";
  help.set(command, text);
  return text;
}

test("README has at most 150 lines", () => {
  expect(readFileSync(join(root, "README.md"), "utf8").split("\n").length).toBeLessThanOrEqual(151);
});

describe.each(pages.map((page) => [page.path, page] as const))("%s", (path, page) => {
  test("has no broken link", () => {
    const broken = localLinks(page).filter((link) => {
      const [target = "", anchor] = link.split("#");
      const file = target === "" ? path : normalize(join(dirname(path), target));
      if (!existsSync(join(root, file))) return true;
      const linked = pages.find((each) => each.path === file);
      return anchor !== undefined && (linked === undefined || !anchors(linked).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  test("mentions only npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const line of codeLines(page))
      for (const [, script = ""] of line.matchAll(/\bnpm run ([\w:-]+)/g))
        expect(scripts).toHaveProperty([script]);
  });

  test("mentions only commands and options of quest that exist", () => {
    for (const line of codeLines(page)) {
      for (const [, words = ""] of line.matchAll(/(?:^|npx |\$ )quest( [^|;&#]*)/g)) {
        const command = /^ ([a-z][a-z-]*)/.exec(words)?.[1] ?? "";
        const text = helpOf(command);
        expect(text, `quest ${command}, in: ${line}`).not.toBe("");
        const unquoted = words.replaceAll(/'[^']*'/g, "");
        for (const [option] of unquoted.matchAll(/--[a-z][\w-]*/g))
          expect(text, `${option}, in: ${line}`).toMatch(new RegExp(`(^|[\\s,])${option}\\b`));
      }
    }
  });
});

describe("the blocks marked as runnable", async () => {
  const folder = await mkdtemp(join(tmpdir(), "docs-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const blocks = pages.flatMap((page) => runnableBlocks(page).map((block) => [page.path, block] as const));

  test("exist", () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  test.each(blocks)("%s: %s", (_path, block) => {
    execFileSync("bash", ["-euo", "pipefail", "-c", block], { cwd: folder, stdio: "pipe" });
  });
});

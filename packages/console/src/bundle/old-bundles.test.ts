import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeOldBundles } from "./old-bundles.ts";

test("bundles that are older than a day are removed, and the draft of another process stays", () => {
  const folder = mkdtempSync(join(tmpdir(), "old-bundles-"));
  try {
    for (const name of ["old", "draft"]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "page.js"), "");
    }
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
    utimesSync(join(folder, "old"), twoDaysAgo, twoDaysAgo);
    removeOldBundles(folder);
    expect(readdirSync(folder)).toEqual(["draft"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

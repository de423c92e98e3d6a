import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const kept = fileURLToPath(new URL("cases/base.state_fail.json", import.meta.url));

test("the command lists each case that differs, prints the totals, and fails if a case differs", () => {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const recorded = JSON.parse(readFileSync(kept, "utf8"));
  writeFileSync(join(folder, "good.json"), JSON.stringify(recorded));
  const good = spawnSync(process.execPath, [main, folder], { encoding: "utf8" });
  expect([good.status, good.stdout]).toEqual([0, "1 passed, 0 failed\n"]);
  writeFileSync(join(folder, "bad.json"), JSON.stringify({ ...recorded, input: { other: true } }));
  writeFileSync(join(folder, "odd.json"), "{}");
  const bad = spawnSync(process.execPath, [main, folder], { encoding: "utf8" });
  expect(bad.status).toBe(1);
  expect(bad.stdout).toMatch(/^bad\.json: event 1: expected /m);
  expect(bad.stdout).toMatch(/^odd\.json: .* is not a conformance case/m);
  expect(bad.stdout).not.toContain("good.json");
  expect(bad.stdout).toMatch(/\n1 passed, 2 failed\n$/);
  rmSync(folder, { recursive: true });
});

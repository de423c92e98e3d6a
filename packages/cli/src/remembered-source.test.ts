import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rememberedOptions, rememberSource } from "./remembered-source.ts";

test("while the remembered source is being replaced, other commands read either the old one or the new one", () => {
  const stateDir = mkdtempSync(join(tmpdir(), "remembered-"));
  try {
    rememberSource(stateDir, { source: "http://127.0.0.1:1/old/", contact: "old@example.com" });
    const reader = openSync(join(stateDir, "source.json"), "r");
    rememberSource(stateDir, { source: "http://127.0.0.1:1/new/", contact: "new@example.com" });
    expect(readFileSync(reader, "utf8")).toContain("http://127.0.0.1:1/old/");
    closeSync(reader);
    expect(rememberedOptions(stateDir, {}).source).toBe("http://127.0.0.1:1/new/");
  } finally {
    rmSync(stateDir, { recursive: true });
  }
});

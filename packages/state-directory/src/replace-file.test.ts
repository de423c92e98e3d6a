import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { replaceFile, replacePrivateText } from "./replace-file.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "replace-file-"));
  file = join(folder, "file");
  writeFileSync(file, "old");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("several writers at once leave one of their files, complete, and no draft", async () => {
  const texts = ["a", "b", "c"].map((letter) => letter.repeat(100_000));
  const writing = Promise.withResolvers<void>();
  let begun = 0;
  await Promise.all(
    texts.map((text) =>
      replaceFile(file, async (draft) => {
        await writeFile(draft, text);
        if (++begun === texts.length) writing.resolve();
        await writing.promise;
        expect(readFileSync(draft, "utf8")).toBe(text);
      }),
    ),
  );
  expect(texts).toContain(readFileSync(file, "utf8"));
  expect(readdirSync(folder)).toEqual(["file"]);
});

test("a reader sees the old file until the new one is complete", async () => {
  await replaceFile(file, async (draft) => {
    await writeFile(draft, "new");
    expect(readFileSync(file, "utf8")).toBe("old");
  });
  expect(readFileSync(file, "utf8")).toBe("new");
});

test("a writer that fails leaves the old file and no draft", async () => {
  const failing = replaceFile(file, async (draft) => {
    await writeFile(draft, "half");
    throw new Error("cut off");
  });
  await expect(failing).rejects.toThrow("cut off");
  expect(() => replacePrivateText(join(file, "below-a-file"), "text")).toThrow("ENOTDIR");
  expect(readFileSync(file, "utf8")).toBe("old");
  expect(readdirSync(folder)).toEqual(["file"]);
});

test.skipIf(process.platform === "win32")("a private file is readable only by its owner", () => {
  replacePrivateText(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

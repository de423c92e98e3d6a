import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimDirectory, DirectoryInUse } from "./directory-owner.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "owner-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a directory has one owner at a time", () => {
  const release = claimDirectory(directory);
  expect(() => claimDirectory(directory)).toThrow(DirectoryInUse);
  expect(() => claimDirectory(directory)).toThrow(`in use by process ${process.pid}`);
  release();
  claimDirectory(directory)();
});

test("a killed owner no longer has the directory", async () => {
  const script = `import(${JSON.stringify(new URL("directory-owner.ts", import.meta.url).href)})
    .then(({ claimDirectory }) => { claimDirectory(${JSON.stringify(directory)}); console.log("mine"); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  expect(() => claimDirectory(directory)).toThrow(`in use by process ${child.pid}`);
  child.kill("SIGKILL");
  await once(child, "exit");
  claimDirectory(directory)();
});

test.skipIf(!existsSync("/proc/self/stat"))(
  "a killed owner whose parent does not wait for it no longer has the directory",
  async () => {
    const script = `import(${JSON.stringify(new URL("directory-owner.ts", import.meta.url).href)})
    .then(({ claimDirectory }) => { claimDirectory(${JSON.stringify(directory)}); console.log(process.pid); setInterval(() => {}, 1000); })`;
    // sleep takes the shell's place, and does not wait for the shell's child.
    const parent = spawn("sh", ["-c", '"$0" -e "$1" & exec sleep 60', process.execPath, script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = Number(String((await once(parent.stdout, "data"))[0]));
    expect(() => claimDirectory(directory)).toThrow(`in use by process ${pid}`);
    process.kill(pid, "SIGKILL");
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8")).toContain(") Z ");
    claimDirectory(directory)();
    parent.kill("SIGKILL");
  },
);

test("if several processes find an abandoned directory, exactly one of them gets it", async () => {
  writeFileSync(join(directory, "owner.json"), JSON.stringify({ pid: 2 ** 22 + 1, started: "1" }));
  const script = `import(${JSON.stringify(new URL("directory-owner.ts", import.meta.url).href)})
    .then(({ claimDirectory }) => { claimDirectory(${JSON.stringify(directory)}); console.log("mine"); setInterval(() => {}, 1000); })
    .catch((error) => { console.log(error.name); })`;
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  const said = await Promise.all(
    children.map(async (child) => String((await once(child.stdout, "data"))[0]).trim()),
  );
  for (const child of children) child.kill("SIGKILL");
  expect(said.sort()).toEqual([...Array(5).fill("DirectoryInUse"), "mine"]);
  expect(readdirSync(directory)).toEqual(["owner.json"]);
});

test("an incomplete file or a reused process ID means that there is no owner", () => {
  const file = join(directory, "owner.json");
  writeFileSync(file, '{"pid":');
  claimDirectory(directory)();
  // Process IDs are reused: only a process that started at the same moment is the owner.
  if (!existsSync("/proc/self/stat")) return;
  writeFileSync(file, JSON.stringify({ pid: process.pid, started: "1" }));
  claimDirectory(directory)();
});

/** Ctrl-C at any moment ends a command cleanly: with a message, and the exit code that shells expect. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const bin = fileURLToPath(new URL("../../packages/cli/bin/quest.js", import.meta.url));
const node = createRequire(import.meta.url).resolve("node/bin/node");
const folder = mkdtempSync(join(tmpdir(), "interrupt-"));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Notifies the parent this many milliseconds after `quest` enables Node's compile cache, which it does before
 * it imports its commands.
 */
const reporter = (milliseconds: number) =>
  `data:text/javascript,${encodeURIComponent(`
    import module from "node:module";
    const { enableCompileCache } = module;
    module.enableCompileCache = () => {
      setTimeout(() => process.send("up", () => process.disconnect()), ${milliseconds});
      return enableCompileCache();
    };
  `)}`;

async function interrupted(args: string[], milliseconds: number) {
  const child = spawn(node, ["--import", reporter(milliseconds), bin, ...args], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = Promise.all([text(child.stdout ?? process.stdin), text(child.stderr ?? process.stdin)]);
  const exited = once(child, "exit");
  await Promise.race([once(child, "message"), exited]);
  child.kill("SIGINT");
  const [code, signal] = await exited;
  const [stdout, stderr] = await output;
  return { code, signal, stdout, stderr };
}

test.each([0, 20, 100, 300, 800, 2000])("Ctrl-C after %i ms ends quest run", async (milliseconds) => {
  const stateDir = join(folder, String(milliseconds));
  const { code, signal, stdout, stderr } = await interrupted(
    ["run", "--settle", "60", "--state-dir", stateDir],
    milliseconds,
  );
  expect({ code, signal }).toEqual({ code: 130, signal: null });
  expect(stderr).toMatch(/interrupted|Interrupted before|Stopping the execution/);
  if (stderr.includes("Stopping"))
    expect(stdout).toMatch(/ABORTED .*\n(.*\n)*.*Resume with +npx quest redrive/);
  expect(existsSync(join(stateDir, "running.json"))).toBe(false);
});

test("Ctrl-C ends a read-only command", async () => {
  const { code, signal, stderr } = await interrupted(["history", "--state-dir", join(folder, "none")], 0);
  expect(signal).toBeNull();
  // The command may have ended before the signal.
  expect([0, 130]).toContain(code);
  if (code === 130) expect(stderr).toContain("quest: interrupted");
});

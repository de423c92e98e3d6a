import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publishFile, type Replica, startReplica } from "@data-quest/bls-replica";
import { runCommand } from "@data-quest/cli/run";
import { findRunning } from "@data-quest/local/running";
import { afterAll, beforeAll, expect, test } from "vitest";
import { captured } from "./captured.ts";
import { startQuestLocal } from "./quest-local.ts";

const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

let dir: string;
let stateDir: string;
let replica: Replica;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "quest-remembered-"));
  stateDir = join(dir, "state");
  const lines = ["series_id\tyear\tperiod\tvalue\tfootnote_codes", "PRS30006032\t2013\tQ01\t0.5\t", ""];
  const file = join(dir, "source/pr/pr.data.0.Current");
  await publishFile(file, lines.join("\n"), new Date("2026-01-29T13:30:00Z"));
  replica = await startReplica({ dir: join(dir, "source") });
});
afterAll(async () => {
  await replica.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The source of the local AWS that `quest console` starts, and its exit code and error output after Ctrl-C. */
async function sourceOfConsole() {
  const child = spawn(process.execPath, [main, "console", "--no-open", "--state-dir", stateDir], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  child.stderr.on("data", (text) => {
    printed += text;
  });
  await once(child.stdout, "data");
  const running = await findRunning(stateDir);
  child.kill("SIGINT");
  const [code] = await once(child, "exit");
  return { code, source: running?.deployment.source, printed };
}

test("later commands without sources use those given to an earlier command with the same state directory", async () => {
  const sources = ["--source", replica.timeSeries, "--population-source", replica.population];
  const first = await startQuestLocal(["--state-dir", stateDir, ...sources]);
  await first.interrupt();

  const run = await captured(() => runCommand({ stateDir, settle: 0 }));
  expect(run.code).toBe(0);
  expect(run.stderr).toContain(
    `Source: ${replica.timeSeries}\n  The same as before; change it with --source`,
  );

  const local = await startQuestLocal(["--state-dir", stateDir]);
  expect((await findRunning(stateDir))?.deployment.source).toBe(replica.timeSeries);
  await local.interrupt();
  expect(local.printed.stderr).toContain(`Source: ${replica.timeSeries}`);

  const console = await sourceOfConsole();
  expect(console).toMatchObject({ code: 0, source: replica.timeSeries });
  expect(console.printed).toContain(`Source: ${replica.timeSeries}`);
});

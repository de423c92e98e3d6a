import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseOutcome, quest } from "../e2e/quest.ts";

const run = promisify(execFile);

let dir: string;
let execution: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "quest-completion-"));
  writeFileSync(join(dir, "some file.txt"), "");
  const args = ["--state-dir", "state", "--settle", "0", "--json", "--quiet"];
  const { code, stdout, stderr } = await questIn(["run", ...args]);
  expect(code, stderr).toBe(0);
  execution = parseOutcome({ code, stdout, stderr }).name;
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs `quest` with the state directory `state` of the test's folder. */
function questIn(args: readonly string[]) {
  return quest(args.map((word) => (word === "state" ? join(dir, "state") : word)));
}

/** For each shell, a script that prints the shell's completions of the last word, one per line. */
const SHELLS: { shell: string; script: (source: string, words: string[]) => string }[] = [
  {
    shell: "bash",
    script: (source, words) => `source ${source}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
_quest; printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  {
    // Outside of its line editor, zsh cannot list completions, so these functions print what they receive.
    shell: "zsh",
    script: (source, words) => `compdef() { :; }
_describe() { local each; for each in \${(P)2}; do print -r -- \${each%%:*}; done; }
_files() { print -r -l -- *; }
source ${source}
words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}
_quest || true`,
  },
  {
    shell: "fish",
    script: (source, words) => `source ${source}
complete -C '${words.join(" ")}' | string replace -r '\\t.*' ''; true`,
  },
];

describe.each(SHELLS)("quest completion $shell", ({ shell, script }) => {
  const isMissing = spawnSync(shell, ["-c", ":"]).error !== undefined;
  const testHere = test.skipIf(isMissing);

  async function completed(...words: string[]): Promise<string[]> {
    const source = join(dir, `quest.${shell}`);
    writeFileSync(source, (await quest(["completion", shell])).stdout);
    const text = script(source, ["quest", ...words]);
    const { stdout } = await run(shell, ["-c", text], { cwd: dir, env: { ...process.env, HOME: dir } });
    return stdout.split("\n").filter(Boolean).sort();
  }

  testHere("completes commands, options, and values (skipped if the shell is not installed)", async () => {
    expect(await completed("his")).toEqual(["history"]);
    expect(await completed("report", "--e")).toEqual(["--excel"]);
    expect(await completed("best-years", "--format", "")).toEqual(["csv", "json", "table"]);
    expect(await completed("run", "--survey", "p")).toEqual(["pc", "pd", "pr"]);
    expect(await completed("complet")).toEqual(["completion"]);
  });

  testHere("completes executions, mirrored files, versions, states, and paths", async () => {
    const state = ["--state-dir", "state"];
    expect(await completed("history", ...state, execution.slice(0, 10))).toEqual([execution]);
    expect(await completed("redrive", ...state, "")).toEqual([]);
    expect(await completed("history", ...state, execution, "--state", "Sync")).toEqual([
      "SyncFile",
      "SyncFiles",
    ]);
    expect(await completed("versions", ...state, "pr.s")).toEqual(["pr.seasonal", "pr.sector", "pr.series"]);
    expect(await completed("audit", ...state, "--file", "pr/pr.cl")).toEqual(["pr/pr.class"]);
    const [version, ...others] = await completed("restore", ...state, "pr.class", "--version", "");
    expect(version).toMatch(/^[0-9a-f]{32}$/);
    expect(others).toEqual([]);
    expect((await completed("best-years", "some")).join()).toMatch(/some(\\)? file\.txt/);
  });
});

test("completion offers nothing from a state directory that cannot be read, and reports no error", async () => {
  const { code, stdout, stderr } = await quest(["complete", "--", "history", "--state-dir", "/dev/null", ""]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "" });
});

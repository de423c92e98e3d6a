import { fork } from "node:child_process";
import { once as event } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { once } from "../../infra/synth/once.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "once-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const nothing = async () => undefined;

test("only one of several callers does the work, and the other callers return when the work is done", async () => {
  let isDone = false;
  let calls = 0;
  let waiting = 0;
  const both = Promise.withResolvers<void>();
  const call = () =>
    once(
      directory,
      async () => isDone,
      async () => {
        calls++;
        await both.promise;
        isDone = true;
      },
      () => {
        waiting++;
        if (waiting === 2) both.resolve();
      },
    );
  await Promise.all([call(), call(), call()]);
  expect({ calls, waiting }).toEqual({ calls: 1, waiting: 2 });
  await call();
  expect(calls).toBe(1);
  expect(readdirSync(directory)).toEqual([]);
});

test("work that fails is left to the next caller", async () => {
  const failing = async () => {
    throw new Error("the registry does not answer");
  };
  await expect(once(directory, async () => false, failing, nothing)).rejects.toThrow(
    "the registry does not answer",
  );
  let calls = 0;
  await once(
    directory,
    async () => calls > 0,
    async () => {
      calls++;
    },
    () => expect.unreachable(),
  );
  expect(calls).toBe(1);
});

test("a process that is killed during the work does not keep other callers waiting", async () => {
  const script = join(directory, "work.mjs");
  const module = join(import.meta.dirname, "../../infra/synth/once.ts");
  writeFileSync(
    script,
    `import { once } from ${JSON.stringify(module)};
    await once(process.argv[2], async () => false, () => new Promise(() => process.send("working")), () => {});`,
  );
  const child = fork(script, [directory], { execArgv: ["--no-warnings"] });
  await event(child, "message");
  let waited = false;
  let isDone = false;
  const result = once(
    directory,
    async () => isDone,
    async () => {
      isDone = true;
    },
    () => {
      waited = true;
      child.kill("SIGKILL");
    },
  );
  await result;
  expect({ waited, isDone }).toEqual({ waited: true, isDone: true });
});

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { evaluateTemplate } from "./evaluate.ts";
import { evaluateInThread, evaluating } from "./pool.ts";

const catastrophic = "$contains('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a+)+$/)";
const question = (text: string) => ({ text, states: { input: [1, 2] }, variables: {} });
const TIMEOUT = "threw an error during evaluation: Expression evaluation timeout: Check for infinite loop";

describe("a thread for expressions", () => {
  test("evaluates an expression with $states and variables", async () => {
    const variables = { x: { __proto__: null, y: 2 } };
    expect(
      await evaluateInThread({ text: "$x.y + $states.input[0]", states: { input: [1] }, variables }),
    ).toEqual({
      kind: "value",
      value: 3,
    });
  });

  test("is stopped when a regular expression takes too long, while other threads continue", async () => {
    const stuck = evaluateInThread(question(catastrophic), undefined, 2000);
    expect(await evaluateInThread(question("1 + 1"))).toEqual({ kind: "value", value: 2 });
    expect(await evaluateTemplate("{% 2 + 2 %}", "Output", { states: {}, variables: {} })).toBe(4);
    expect(await stuck).toMatchObject({ kind: "fault", fault: expect.stringContaining("timeout") });
    expect(await evaluateInThread(question("1 + 1"))).toEqual({ kind: "value", value: 2 });
  });

  test("is stopped by the signal, whose reason is thrown", async () => {
    const controller = new AbortController();
    const stuck = evaluateInThread(question(catastrophic), controller.signal);
    setTimeout(() => controller.abort(new Error("stopped manually")), 50);
    await expect(stuck).rejects.toThrow("stopped manually");
    expect(evaluating()).toBe(0);
    await expect(evaluateInThread(question("1"), AbortSignal.abort(new Error("too late")))).rejects.toThrow(
      "too late",
    );
  });

  test("evaluates a waiting expression once the expressions that blocked all threads are stopped", async () => {
    const controller = new AbortController();
    const stuck = Array.from({ length: 6 }, () =>
      evaluateInThread(question(catastrophic), controller.signal),
    );
    const all = Promise.allSettled(stuck);
    const waiting = evaluateInThread(question("'came through'"));
    await delay(20);
    controller.abort(new Error("over"));
    expect((await all).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => "rejected"));
    expect(await waiting).toEqual({ kind: "value", value: "came through" });
  });

  test("that starts after other threads did all the work does not keep the process alive", async () => {
    const pool = JSON.stringify(new URL("./pool.ts", import.meta.url));
    const script = `const { evaluateInThread } = await import(${pool});
      const question = { text: "1 + 1", states: {}, variables: {} };
      await Promise.all([1, 2, 3, 4].map(() => evaluateInThread(question)));
      process.stdout.write("done");`;
    const program = join(mkdtempSync(join(tmpdir(), "data-quest-pool-")), "program.mjs");
    writeFileSync(program, script);
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 60_000 });
    rmSync(dirname(program), { recursive: true });
    expect(stdout).toBe("done");
  });

  test("fails an expression that fills the thread's memory", async () => {
    const text =
      "($f := function($n, $l) { $n = 0 ? $l : $f($n - 1, [$l, $map([1..100000], $string)]) }; $count($f(90, [])))";
    expect(await evaluateInThread(question(text))).toMatchObject({ kind: "fault" });
  });
});

describe("an expression that only looks fast", () => {
  test("moves to a thread and returns the same result", async () => {
    // Every item is compared with every other one.
    const input = Array.from({ length: 400 }, (_, index) => index);
    const expression = "{% $count($states.input[$count($states.input[$ > 398]) = 1]) %}";
    const bindings = { states: { input }, variables: {} };
    expect(await evaluateTemplate(expression, "Output", bindings)).toBe(400);
  });

  test.each([
    ["a string doubled", "($a:='xxxxxxxxxxxxxxxx'; DOUBLE; $a)", "$a:=$a&$a"],
    ["an object doubled", "($a:={'k':'xxxxxxxxxxxxxxxx'}; DOUBLE; $a)", "$a:={'l':$a,'r':$a}"],
  ])("with %s thirty times exceeds a limit", async (_what, text, step) => {
    const expression = text.replace("DOUBLE", Array.from({ length: 30 }, () => step).join(";"));
    const evaluated = evaluateTemplate(`{% ${expression} %}`, "Output", { states: {}, variables: {} });
    await expect(evaluated).rejects.toThrow(/memory limit exceeded|Invalid string length|timeout/);
  });

  test("cannot outrun the time limit", async () => {
    const endless = evaluateInThread(question("($f := function($x) { $f($x + 1) }; $f(1))"), undefined, 300);
    expect(`threw an error during evaluation${JSON.stringify(await endless)}`).toContain(TIMEOUT.slice(34));
  });
});

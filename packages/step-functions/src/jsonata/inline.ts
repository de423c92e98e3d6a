import { setImmediate as turn } from "node:timers/promises";

/** The longest time that expressions may block this thread without a pause, in milliseconds. */
export const INLINE_MS = 25;

let last: Promise<unknown> = Promise.resolve();
let pending = 0;
/** When the first expression of the current turn of the event loop started. Undefined if none has. */
let turnBegan: number | undefined;

/** How many expressions are being evaluated on this thread, or are waiting for it. */
export function evaluatingInline(): number {
  return pending;
}

/**
 * Runs evaluations on this thread one at a time, so that the time of each can be measured, and yields to the event
 * loop between them if they take a long time. `cpuMs` is the CPU time that the thread used for the evaluation.
 */
export function inTurn<T>(evaluate: () => Promise<T>): Promise<{ evaluated: T; cpuMs: number }> {
  pending++;
  const result = last.then(async () => {
    if (turnBegan === undefined) startTurn();
    else if (performance.now() - turnBegan > INLINE_MS) {
      await turn();
      startTurn();
    }
    const before = process.threadCpuUsage();
    const evaluated = await evaluate();
    const { user, system } = process.threadCpuUsage(before);
    return { evaluated, cpuMs: (user + system) / 1000 };
  });
  last = result.then(
    () => pending--,
    () => pending--,
  );
  return result;
}

function startTurn(): void {
  turnBegan = performance.now();
  setImmediate(() => {
    turnBegan = undefined;
  });
}

import { Worker } from "node:worker_threads";
import { BOUNDS } from "./expression.ts";
import { type Evaluated, stopped } from "./result.ts";
import type { Answer, Question } from "./worker.ts";

/** The maximum number of threads. Further expressions wait. */
const MOST_THREADS = 4;
/**
 * JSONata's own time limit plus some time to respond. This limit stops regular expressions and functions
 * that do not check JSONata's limit.
 */
const LIMIT_MS = BOUNDS.timeout + 500;
const MEMORY_MB = 512;

type Job = {
  question: Question;
  limitMs: number;
  end: (evaluated: Evaluated) => void;
  fail: (reason: unknown) => void;
};

type Thread = { worker: Worker; job: Job | undefined; timer: NodeJS.Timeout | undefined; isReady: boolean };

const threads = new Set<Thread>();
const waiting: Job[] = [];

/** How many expressions are being evaluated in threads, or are waiting for one. */
export function evaluating(): number {
  return waiting.length + [...threads].filter(({ job }) => job !== undefined).length;
}

/**
 * Evaluates an expression in a thread. The thread is stopped by the signal, whose reason is then thrown, or if the
 * expression takes too much time or memory. Threads start when they are first needed, and idle threads do not keep
 * the process alive.
 */
export async function evaluateInThread(
  question: Question,
  signal?: AbortSignal,
  limitMs: number = LIMIT_MS,
): Promise<Evaluated> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Evaluated>();
  const job: Job = { question, limitMs, end: resolve, fail: reject };
  const onAbort = () => {
    const at = waiting.indexOf(job);
    if (at >= 0) waiting.splice(at, 1);
    next();
    for (const thread of threads) if (thread.job === job) discard(thread);
    reject(signal?.reason);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  waiting.push(job);
  next();
  return promise.finally(() => signal?.removeEventListener("abort", onAbort));
}

/** Gives waiting expressions to idle threads, and starts a thread if all are busy. */
function next(): void {
  for (const thread of threads)
    if (waiting.length > 0 && thread.isReady && thread.job === undefined) begin(thread);
  const starting = [...threads].filter(({ isReady }) => !isReady).length;
  if (waiting.length > starting && threads.size < MOST_THREADS) startThread();
  // Threads keep the process alive only while there is work. Before a new thread has started, other threads may
  // already have done the work.
  for (const { worker, job } of threads) {
    if (job !== undefined || waiting.length > 0) worker.ref();
    else worker.unref();
  }
}

function begin(thread: Thread): void {
  const job = waiting.shift();
  if (job === undefined) return;
  thread.job = job;
  thread.timer = setTimeout(() => {
    discard(thread);
    job.end(stopped("time"));
  }, job.limitMs);
  thread.worker.postMessage(job.question);
}

function startThread(): void {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  const thread: Thread = { worker, job: undefined, timer: undefined, isReady: false };
  threads.add(thread);
  worker.on("message", (answer: Answer) => {
    if (answer === "ready") thread.isReady = true;
    else release(thread)?.end(answer);
    next();
  });
  worker.on("error", (error) => {
    const isMemory = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
    // This thread could not start, and a new thread probably cannot start either. So the waiting expressions fail
    // before `discard` tries to start a new thread.
    if (thread.job === undefined) for (const left of waiting.splice(0)) left.fail(error);
    const job = discard(thread);
    if (isMemory) job?.end(stopped("memory"));
    else job?.fail(error);
  });
}

/** Frees the thread for the next job, and returns the job that it had. */
function release(thread: Thread): Job | undefined {
  const { job } = thread;
  clearTimeout(thread.timer);
  thread.job = undefined;
  return job;
}

/** Stops the thread, whatever it is doing, and returns the job that it had. */
function discard(thread: Thread): Job | undefined {
  threads.delete(thread);
  const job = release(thread);
  void thread.worker.terminate();
  next();
  return job;
}

/** A source, asked by a command itself and not by the workflow. */
import { setTimeout as sleep } from "node:timers/promises";
import type { SourceClient } from "@data-quest/core/source/http";
import { Agent } from "undici";

const CONNECT_MILLISECONDS = 10_000;
const STALL_MILLISECONDS = 60_000;
/** A command waits at most this long in total for a source that asks to come back later. */
const PATIENCE_MILLISECONDS = 60_000;

/** Asks a source with at most `concurrency` connections, and closes them in the end. Waiting is reported on stderr. */
export async function withSource<T>(
  { contact, concurrency }: { contact: string; concurrency: number },
  ask: (source: SourceClient) => Promise<T>,
): Promise<T> {
  const dispatcher = new Agent({ connections: concurrency, connect: { timeout: CONNECT_MILLISECONDS } });
  let patience = PATIENCE_MILLISECONDS;
  try {
    return await ask({
      dispatcher,
      contact,
      remainingTime: () => patience,
      stallLimit: STALL_MILLISECONDS,
      now: () => new Date(),
      sleep: (milliseconds) => {
        patience -= milliseconds;
        process.stderr.write(`The source is busy: waiting ${Math.ceil(milliseconds / 1000)} s, as it asks\n`);
        return sleep(milliseconds);
      },
    });
  } finally {
    await dispatcher.close();
  }
}

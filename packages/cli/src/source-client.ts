/** A client for the requests that a command itself sends to a source, outside the workflow. */
import { setTimeout as sleep } from "node:timers/promises";
import type { SourceClient } from "@data-quest/core/source/http";
import { Agent } from "undici";

const CONNECT_MILLISECONDS = 10_000;
const STALL_MILLISECONDS = 60_000;
/** The longest total time that a command waits for a source that asks it to retry later. */
const PATIENCE_MILLISECONDS = 60_000;

/**
 * Calls `ask` with a client that has at most `concurrency` connections, and closes the connections afterward.
 * Each wait is reported on stderr.
 */
export async function withSource<T>(
  { contact, concurrency }: { contact: string; concurrency: number },
  ask: (source: SourceClient) => Promise<T>,
): Promise<T> {
  const dispatcher = new Agent({ connections: concurrency, connect: { timeout: CONNECT_MILLISECONDS } });
  let patience = PATIENCE_MILLISECONDS;
  try {
    return await ask({
      dispatcher: async () => dispatcher,
      contact,
      remainingTime: () => patience,
      stallLimit: STALL_MILLISECONDS,
      now: () => new Date(),
      sleep: (milliseconds) => {
        patience -= milliseconds;
        process.stderr.write(
          `The source is busy: waiting ${Math.ceil(milliseconds / 1000)} s, as it requested\n`,
        );
        return sleep(milliseconds);
      },
    });
  } finally {
    await dispatcher.close();
  }
}

/**
 * Tracks other processes that use this process's local AWS. The local AWS keeps running until these processes
 * have seen how their executions ended.
 */
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What a client process adds to its User-Agent header. */
export const clientAgent = "quest-client";

/** A client polls every 50 ms. A client that is silent for this long is done. */
const SILENT_MILLISECONDS = 1500;

export type Clients = {
  /** Records a request. */
  see: (request: IncomingMessage) => void;
  /** Resolves when no client has sent a request for a while, or immediately if there never was a client. */
  gone: () => Promise<void>;
};

/** Tracks the requests of clients. */
export function watchClients(): Clients {
  let last = Number.NEGATIVE_INFINITY;
  return {
    see: (request) => {
      if (request.headers["user-agent"]?.includes(clientAgent)) last = Date.now();
    },
    gone: async () => {
      for (let left = silence(last); left > 0; left = silence(last)) await sleep(left);
    },
  };
}

function silence(last: number): number {
  return last + SILENT_MILLISECONDS - Date.now();
}

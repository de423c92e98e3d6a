/** Other processes that use the local AWS of this one: they are not left before they have seen how their executions ended. */
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What the clients of such a process add to their User-Agent. */
export const clientAgent = "quest-client";

/** A client asks every 50 ms while it waits for something; one that is silent for so long is done. */
const SILENT_MILLISECONDS = 1500;

export type Clients = {
  /** Takes note of a request. */
  see: (request: IncomingMessage) => void;
  /** Resolves once no client has asked for anything for a while; at once where there never was one. */
  gone: () => Promise<void>;
};

/** Watches the requests of clients. */
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

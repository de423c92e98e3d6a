/**
 * Server-sent events: one response that stays open, resumes after the last event's ID, and never outruns its
 * reader.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Request } from "./http.ts";
import { isConnectionLost } from "./services.ts";

export type EventStream = {
  /** The last ID that the browser received, if it reconnects. Undefined for the first connection. */
  lastEventId: string | undefined;
  /** Aborts when the browser disconnects. */
  gone: AbortSignal;
  /** Sends a message. Resolves when the connection can take more, so a slow reader costs no memory. */
  send: (message: { event?: string; id?: string } & ({ data: unknown } | { json: string })) => Promise<void>;
};

/** Milliseconds after which the browser reconnects. */
const RETRY_MILLISECONDS = 500;
/** Keeps the connection alive, and shows the browser that the server is running. */
const HEARTBEAT_MILLISECONDS = 10_000;

/** Opens the stream, runs `produce` until it ends or the browser disconnects, and closes it. */
export async function streamEvents(
  { message, response }: Request,
  produce: (stream: EventStream) => Promise<void>,
): Promise<void> {
  const left = new AbortController();
  response.once("close", () => left.abort());
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(`retry: ${RETRY_MILLISECONDS}\n\n`);
  const heartbeat = setInterval(() => response.write(":\n\n"), HEARTBEAT_MILLISECONDS);
  const lastEventId = message.headers["last-event-id"];
  try {
    await produce({
      lastEventId: typeof lastEventId === "string" && lastEventId !== "" ? lastEventId : undefined,
      gone: left.signal,
      send: async ({ event, id, ...content }) => {
        if (left.signal.aborted) return;
        const lines = [
          ...(event === undefined ? [] : [`event: ${event}`]),
          ...(id === undefined ? [] : [`id: ${id}`]),
          // JSON contains no raw line breaks.
          `data: ${"json" in content ? content.json : JSON.stringify(content.data)}`,
        ];
        if (!response.write(`${lines.join("\n")}\n\n`))
          await once(response, "drain", { signal: left.signal }).catch(() => undefined);
      },
    });
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

const RECONNECT_MILLISECONDS = 300;

/**
 * Calls `look` repeatedly until the browser disconnects. `look` returns the milliseconds to wait before the
 * next call. When the services are unreachable, the browser is notified (`event: problem`), and `lost` makes
 * the next call connect again.
 */
export async function poll(
  { gone, send }: EventStream,
  lost: (error: unknown) => Promise<boolean>,
  look: () => Promise<number>,
): Promise<void> {
  let failing = false;
  while (!gone.aborted) {
    let pause: number;
    try {
      pause = await look();
      if (failing) await send({ event: "recovered", data: {} });
      failing = false;
    } catch (error) {
      if (gone.aborted) return;
      if (!isConnectionLost(error)) {
        await send({
          event: "failed",
          data: { message: error instanceof Error ? error.message : String(error) },
        });
        return;
      }
      await lost(error);
      if (!failing)
        await send({
          event: "problem",
          data: { message: "Step Functions is not responding. Trying again." },
        });
      failing = true;
      pause = RECONNECT_MILLISECONDS;
    }
    await sleep(pause, undefined, { signal: gone }).catch(() => undefined);
  }
}

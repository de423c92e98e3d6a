/** Sends a response, with the network faults that a rule requests. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";

/** The network faults. Empty if there are none. */
export type Wire = {
  /** How the response halts after this many bytes of the body. "headers" means before anything is sent. */
  halt?: { after: number | "headers"; how: "close" | "reset" | "stall" };
  /** At most this many bytes per interval. */
  pace?: { bytes: number; intervalMs: number };
};

/** How much of a response was sent: bytes of the body, and whether it was complete. */
export type Progress = { bytes: number; complete: boolean };

/**
 * Sends `answer`, and counts in `progress` what was sent. Resolves when it has been sent or halted, or when
 * the client has disconnected. Throws whatever reading the body throws.
 */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  wire: Wire,
  progress: Progress,
): Promise<void> {
  const { halt, pace } = wire;
  if (halt?.after === "headers") return stop(response, halt.how);
  response.writeHead(answer.status, answer.headers);
  if (response.req.method === "HEAD" || answer.status === 304) {
    progress.complete = true;
    response.end();
    return;
  }
  response.flushHeaders();

  const limit = halt?.after ?? Number.POSITIVE_INFINITY;
  for await (const chunk of pace ? paced(answer.body(), pace, once(response, "close")) : answer.body()) {
    const part = chunk.subarray(0, limit - progress.bytes);
    progress.bytes += part.length;
    if (!(await write(response, part))) return;
    if (halt && progress.bytes >= limit) return stop(response, halt.how);
  }

  const promised = answer.headers["Content-Length"];
  if (promised !== undefined && Number(promised) !== progress.bytes) return stop(response, "close");
  progress.complete = true;
  response.end();
}

async function stop(response: ServerResponse, how: "close" | "reset" | "stall"): Promise<void> {
  if (how === "stall") await closed(response);
  else if (how === "reset") response.socket?.resetAndDestroy();
  else response.socket?.destroy();
}

/** Resolves when the system has accepted the chunk, so that the bytes sent before a halt are known exactly. */
function write(response: ServerResponse, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    // A response that is queued behind another response on its connection has no socket yet, so the callback of
    // a write would never be called.
    const { socket } = response.req;
    if (response.destroyed || socket.destroyed) return resolve(false);
    const gone = () => resolve(false);
    socket.once("close", gone);
    response.write(chunk, (error) => {
      socket.off("close", gone);
      resolve(!error);
    });
  });
}

async function closed(response: ServerResponse): Promise<void> {
  const { socket } = response.req;
  if (!socket.destroyed) await once(socket, "close");
}

async function* paced(
  body: AsyncIterable<Uint8Array>,
  { bytes, intervalMs }: { bytes: number; intervalMs: number },
  gone: Promise<unknown>,
): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    for (let start = 0; start < chunk.length; start += bytes) {
      yield chunk.subarray(start, start + bytes);
      await Promise.race([sleep(intervalMs, undefined, { ref: false }), gone]);
    }
  }
}

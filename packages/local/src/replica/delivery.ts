/** Sends an answer over the wire, well or, where a fault asks for it, badly. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";

/** How the wire misbehaves; nothing for a healthy one. */
export type Wire = {
  /** What happens after so many bytes of the body; "headers" is before anything is sent at all. */
  halt?: { after: number | "headers"; how: "close" | "reset" | "stall" };
  /** At most so many bytes each interval. */
  pace?: { bytes: number; intervalMs: number };
};

/** How much of the body was handed to the system, and whether that was all of it. */
export type Delivered = { bytes: number; complete: boolean };

/** Sends `answer` and resolves when it is sent, was halted, or the client is gone. Throws what reading the body throws. */
export async function deliver(response: ServerResponse, answer: Answer, wire: Wire): Promise<Delivered> {
  const { halt, pace } = wire;
  if (halt?.after === "headers") return stop(response, halt.how, 0);
  response.writeHead(answer.status, answer.headers);
  if (response.req.method === "HEAD" || answer.status === 304) {
    response.end();
    return { bytes: 0, complete: true };
  }
  response.flushHeaders();

  const limit = halt?.after ?? Number.POSITIVE_INFINITY;
  let bytes = 0;
  for await (const chunk of pace ? paced(answer.body(), pace) : answer.body()) {
    const part = chunk.subarray(0, limit - bytes);
    if (!(await write(response, part))) return { bytes, complete: false };
    bytes += part.length;
    if (halt && bytes >= limit) return stop(response, halt.how, bytes);
  }

  const promised = answer.headers["Content-Length"];
  if (promised !== undefined && Number(promised) !== bytes) return stop(response, "close", bytes);
  response.end();
  return { bytes, complete: true };
}

async function stop(
  response: ServerResponse,
  how: "close" | "reset" | "stall",
  bytes: number,
): Promise<Delivered> {
  if (how === "stall") await closed(response);
  else if (how === "reset") response.socket?.resetAndDestroy();
  else response.socket?.destroy();
  return { bytes, complete: false };
}

/** Resolves when the system has taken the chunk, so that what was sent before a halt is known to the byte. */
function write(response: ServerResponse, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve(false);
    else response.write(chunk, (error) => resolve(!error));
  });
}

async function closed(response: ServerResponse): Promise<void> {
  if (!response.closed) await once(response, "close");
}

async function* paced(
  body: AsyncIterable<Uint8Array>,
  { bytes, intervalMs }: { bytes: number; intervalMs: number },
): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    for (let start = 0; start < chunk.length; start += bytes) {
      yield chunk.subarray(start, start + bytes);
      await sleep(intervalMs);
    }
  }
}

/** HTTP servers that programs on this machine can use, but other machines and web pages cannot. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type BarrierOptions, refusalOf } from "./barrier.ts";

/** A function that answers a request and handles its own errors. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export type LoopbackServer = {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  /** Ends all connections and frees the port. */
  close: () => Promise<void>;
};

/**
 * Headers of every response, including refusals. With them, browsers do not guess the content type, and other
 * sites cannot embed the response.
 */
const PROTECTIVE_HEADERS = {
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

/**
 * Listens on 127.0.0.1, at `port` or, if `port` is 0, on any free port. Requests that the barrier refuses
 * (see `refusalOf`) get a 403 or 400 and never reach `answer`; WebSocket handshakes are ordinary requests
 * here. Rejects with the code EADDRINUSE if the port is taken.
 */
export async function listenOnLoopback(
  port: number,
  answer: RequestHandler,
  barrier: BarrierOptions = {},
): Promise<LoopbackServer> {
  const options = {
    // A large body may take longer than Node's default of five minutes. Headers still have a minute.
    requestTimeout: 0,
    headersTimeout: 60_000,
    // With Node's default of five seconds, a server closes idle connections that a busy client is about to use.
    keepAliveTimeout: 60_000,
  };
  const server = createServer(options, (request, response) =>
    answerSafely(answer, request, response, barrier),
  );
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answerSafely(
  answer: RequestHandler,
  request: IncomingMessage,
  response: ServerResponse,
  barrier: BarrierOptions,
): void {
  for (const [name, value] of Object.entries(PROTECTIVE_HEADERS)) response.setHeader(name, value);
  const refusal = refusalOf(request, barrier);
  if (refusal !== undefined) {
    // The connection ends here, so the rest of the body is never read.
    answerText(response, refusal.status, refusal.message);
    return;
  }
  try {
    answer(request, response);
  } catch (error) {
    // One request must not end the process and all other requests with it.
    console.error(`${request.method} ${request.url} failed:`, error);
    if (response.headersSent) request.destroy();
    else answerText(response, 500, "Internal error");
  }
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.end(`${text}\n`);
}

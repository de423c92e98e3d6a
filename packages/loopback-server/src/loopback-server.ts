/** The one port of the local AWS. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isLoopbackHost } from "./loopback-host.ts";

/** Answers a request. It takes care of its own errors. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export type LoopbackServer = {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  /** Ends all connections and frees the port. */
  close: () => Promise<void>;
};

/**
 * Listens on 127.0.0.1, at `port` or, where it is 0, at any free one. Only requests with a loopback Host header are answered:
 * a page in a browser could otherwise reach the server under a name of its own (DNS rebinding). No answer lets a page of another
 * origin read it. Rejects with the code EADDRINUSE where the port is taken.
 */
export async function listenOnLoopback(port: number, answer: Answer): Promise<LoopbackServer> {
  // A large body may take its time.
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    if (isLoopbackHost(request.headers.host)) {
      answer(request, response);
    } else {
      response.writeHead(403, { "content-type": "text/plain" });
      response.end("Only a loopback Host header is answered\n");
    }
  });
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

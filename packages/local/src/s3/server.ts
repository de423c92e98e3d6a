import { once } from "node:events";
import { createServer } from "node:http";
import { isLoopbackHost } from "./request.ts";
import { createS3, type S3Options } from "./s3.ts";

export type S3Server = {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** Ends all connections and gives the folder back. */
  close: () => Promise<void>;
};

/**
 * Serves a folder of buckets on 127.0.0.1, on a port that is free where none is given. A Host header of another name
 * than the loopback's is answered with 403, so that no web page can reach the server by a name of its own.
 */
export async function startS3Server(options: S3Options & { port?: number }): Promise<S3Server> {
  const s3 = createS3(options);
  const server = createServer({ requestTimeout: 0 }, (message, answer) => {
    if (!isLoopbackHost(message.headers.host)) {
      answer.writeHead(403).end();
      return;
    }
    s3.handle(message, answer);
  });
  try {
    server.listen(options.port ?? 0, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    await s3.close();
    throw error;
  }
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await s3.close();
    },
  };
}

import { listenOnLoopback } from "@data-quest/loopback-server/loopback-server";
import { createS3, type S3Options } from "./s3.ts";

export type S3Server = {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** Ends all connections and releases the folder. */
  close: () => Promise<void>;
};

/** Serves a folder of buckets on 127.0.0.1 to programs on this machine. Without a `port`, it uses any free port. */
export async function startS3Server({
  port = 0,
  ...options
}: S3Options & { port?: number }): Promise<S3Server> {
  const s3 = createS3(options);
  try {
    const server = await listenOnLoopback(port, s3.handle);
    return {
      url: server.endpoint,
      close: async () => {
        await server.close();
        await s3.close();
      },
    };
  } catch (error) {
    await s3.close();
    throw error;
  }
}

/** Serves the objects of Silver by HTTP ranges, as the console and the public site do. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { GetObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import type { Bucket } from "@data-quest/core/storage/objects";

export type SilverServer = {
  /** The URL of the folder of all surveys. */
  address: string;
  /** The ranges that were sent, with their sizes in bytes. */
  sent: { key: string; bytes: number }[];
  close: () => void;
};

/** Starts a server on a free port. */
export async function serveSilver({ client, name: Bucket }: Bucket): Promise<SilverServer> {
  const sent: SilverServer["sent"] = [];
  // Node's default of five seconds would close idle connections that a busy client is about to use.
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const Key = decodeURIComponent(request.url?.slice(1) ?? "");
    client
      .send(new GetObjectCommand({ Bucket, Key, Range: request.headers.range }))
      .then(async ({ Body, ContentRange = "", ETag = "" }) => {
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        sent.push({ key: Key, bytes: bytes.length });
        response.writeHead(206, { "content-range": ContentRange, etag: ETag }).end(bytes);
      })
      .catch((error: unknown) =>
        response.writeHead(error instanceof S3ServiceException ? 404 : 500).end(String(error)),
      );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/bls/`, sent, close: () => server.close() };
}

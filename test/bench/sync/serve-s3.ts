/**
 * An S3 server in a separate process: `node serve-s3.ts DIR`. Prints one line of JSON once it listens, and
 * responds to each line on its standard input with the numbers of requests and bytes received since the last line.
 */
import { createInterface } from "node:readline";
import { startS3Server } from "@data-quest/s3-server";

let requests = 0;
let bytes = 0;
const server = await startS3Server({
  dir: process.argv[2] ?? "",
  onRequest: ({ bytesIn }) => {
    requests++;
    bytes += bytesIn;
  },
});
console.log(JSON.stringify({ url: server.url }));
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ requests, bytes }));
  requests = 0;
  bytes = 0;
}
await server.close();

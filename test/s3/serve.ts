/**
 * Serves a folder of buckets in a separate process, for tests that kill it and for measurements: `node
 * serve.ts DIR`. Prints one line of JSON once it listens: the URL, and how long opening the folder took,
 * in milliseconds. Responds to each line on its standard input with its peak memory, in bytes.
 */
import { enableCompileCache } from "node:module";
import { createInterface } from "node:readline";

// Without the cache, every start strips the types of the whole server again, which takes longer than everything
// else that the server does.
enableCompileCache();
const { startS3Server } = await import("@data-quest/s3-server");

const began = performance.now();
const { url } = await startS3Server({ dir: process.argv[2] ?? "" });
console.log(JSON.stringify({ url, openMs: performance.now() - began }));
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ maxRssBytes: process.resourceUsage().maxRSS * 1024 }));
}

/**
 * Serves a folder of buckets in a process of its own, for tests that kill it and measurements: `node serve.ts DIR`.
 * Prints one line of JSON once it listens: the address and what opening the folder took, in milliseconds. Each line on its
 * standard input is answered with the most memory that it has had, in bytes.
 */
import { enableCompileCache } from "node:module";
import { createInterface } from "node:readline";

// Without it every start strips the types of the whole server anew, which costs more than all that the server does then.
enableCompileCache();
const { startS3Server } = await import("@data-quest/s3-server");

const began = performance.now();
const { url } = await startS3Server({ dir: process.argv[2] ?? "" });
console.log(JSON.stringify({ url, openMs: performance.now() - began }));
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ maxRssBytes: process.resourceUsage().maxRSS * 1024 }));
}

/**
 * A replica of the source in a separate process: `node serve-source.ts OPTIONS`, where OPTIONS is JSON with
 * `virtual` and `latencyMs`. Prints one line of JSON once it listens, and responds to each line on its
 * standard input with the numbers of requests received and bytes sent since the last line.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { VirtualFile } from "@data-quest/bls-replica";
import { startReplica } from "@data-quest/bls-replica";

const options: { virtual: (Omit<VirtualFile, "modified"> & { modified: string })[]; latencyMs: number } =
  JSON.parse(process.argv[2] ?? "");
const dir = mkdtempSync(join(tmpdir(), "bench-source-"));
const replica = await startReplica({
  dir,
  latencyMs: options.latencyMs,
  virtual: options.virtual.map((file) => ({ ...file, modified: new Date(file.modified) })),
});
console.log(JSON.stringify({ url: replica.timeSeries }));
for await (const _ of createInterface({ input: process.stdin })) {
  const requests = replica.requests.splice(0);
  const bytes = requests.reduce((sum, request) => sum + request.bytes, 0);
  console.log(JSON.stringify({ requests: requests.length, bytes }));
}
await replica.close();
rmSync(dir, { recursive: true });

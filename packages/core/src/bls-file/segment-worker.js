// The thread that adds up one segment of a large data file. It is no TypeScript because stripping types would take it
// longer to start, and more memory, than all the rest: with the cache, what it imports is compiled already.
import module from "node:module";
import { parentPort, workerData } from "node:worker_threads";

module.enableCompileCache();
const { addUpSegment } = await import("./segments.ts");
parentPort?.postMessage(addUpSegment(workerData));

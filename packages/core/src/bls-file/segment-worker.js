// The code of the thread that adds up one segment of a large data file. It is JavaScript because stripping
// types would take more startup time and memory than everything else. Its imports need no stripping: the
// compile cache has them compiled.
import module from "node:module";
import { parentPort, workerData } from "node:worker_threads";

module.enableCompileCache();
const { addUpSegment } = await import("./segments.ts");
parentPort?.postMessage(addUpSegment(workerData));

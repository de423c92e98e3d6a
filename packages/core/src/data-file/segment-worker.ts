/** The thread that adds up one segment of a large data file. */
import { parentPort, workerData } from "node:worker_threads";
import { addUpSegment } from "./segments.ts";

parentPort?.postMessage(addUpSegment(workerData));

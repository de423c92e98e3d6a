/**
 * Loaded with --import: tells at the process's end the most memory that it had, in bytes, on file descriptor 3. Like the
 * other programs it is JavaScript, so that stripping types costs none of them time and memory.
 */
import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

if (isMainThread) process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS * 1024)));

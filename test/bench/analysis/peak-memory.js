/**
 * Loaded with --import. When the process ends, writes its peak memory in bytes to file descriptor 3. It is
 * JavaScript like the other programs, so that stripping types costs them neither time nor memory.
 */
import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

if (isMainThread) process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS * 1024)));

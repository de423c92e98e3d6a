/**
 * Loaded with --import. When the process ends, writes the process's peak memory in bytes to file descriptor 3.
 * This file is JavaScript like the measured programs, so that no time or memory goes into stripping types.
 */
import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

if (isMainThread) process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS * 1024)));

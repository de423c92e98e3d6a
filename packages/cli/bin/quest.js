#!/usr/bin/env node
// The sources are TypeScript, which Node runs by itself from version 24. An older Node hands over to the one that
// npm installed with the project.
import { spawn } from "node:child_process";
import module from "node:module";
import { fileURLToPath } from "node:url";

if (Number(process.versions.node.split(".")[0]) >= 24) {
  // Stripping types and compiling take longer than many a command. The cache lies in the temporary folder.
  module.enableCompileCache();
  await import(new URL("../src/main.ts", import.meta.url).href);
} else {
  const node = module.createRequire(import.meta.url).resolve("node/bin/node");
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal's Ctrl-C reaches both processes by itself; passed on, it would count twice.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
}

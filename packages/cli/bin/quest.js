#!/usr/bin/env node
// The sources are TypeScript, which Node 24 and later run directly. An older Node starts the newer Node that
// npm installed with the project.
import { spawn } from "node:child_process";
import module from "node:module";
import { fileURLToPath } from "node:url";

// Until a command adds a handler, Ctrl-C ends the process with a message and the usual exit code. A command
// that has a handler decides how it ends.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.on(signal, () => {
    if (process.listenerCount(signal) > 1) return;
    process.stderr.write("quest: interrupted\n");
    process.exit(code);
  });
}

if (Number(process.versions.node.split(".")[0]) >= 24) {
  // Stripping types and compiling can take longer than the command itself, so the compiled code is cached in
  // the temporary folder.
  module.enableCompileCache();
  await import(new URL("../src/main.ts", import.meta.url).href);
} else {
  const node = module.createRequire(import.meta.url).resolve("node/bin/node");
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends Ctrl-C to both processes. If this process passed it on, the child would receive it twice.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
}

import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: "./test/browser/unpack-chromium.ts",
    // Ends only tests that hang. How long a test takes depends on what else the machine is doing.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Many tests start commands, and the cache avoids most of their compilation.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") },
    // The timeout is long, because a busy machine can be slow. The wait ends as soon as the condition holds.
    expect: { poll: { timeout: 60_000 } },
    // Many tests wait for processes that they start, so three workers keep two cores busy.
    maxWorkers: 3,
    reporters: ["default", "./test/closing-line.ts"],
  },
});

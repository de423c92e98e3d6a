import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/**
 * Tests that need a process of their own: they measure its memory, count its open files or its threads, or replace
 * modules.
 */
const OWN_PROCESS = [
  ...["differences", "names", "read-file"].map((name) => `packages/core/src/bls-file/${name}.test.ts`),
  "test/analysis/new-question.test.ts",
];

const BROWSER_TESTS = "test/browser/**/*.test.ts";

export default defineConfig({
  test: {
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
    projects: [
      {
        extends: true,
        test: {
          name: "shared processes",
          include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: [...OWN_PROCESS, BROWSER_TESTS],
          // These tests leave nothing global changed. Sharing processes saves importing the packages for each file.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: [BROWSER_TESTS],
          isolate: false,
          globalSetup: "./test/browser/unpack-chromium.ts",
        },
      },
      {
        extends: true,
        test: {
          name: "own processes",
          include: OWN_PROCESS,
        },
      },
    ],
  },
});

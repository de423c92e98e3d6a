import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Many tests wait for processes that they start, so one worker for each of two cores is not too many.
    maxWorkers: 2,
    reporters: ["default", "./test/closing-line.ts"],
  },
});

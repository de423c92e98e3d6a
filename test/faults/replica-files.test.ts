import { virtualContent } from "@data-quest/bls-replica";
import { inspectFile } from "@data-quest/core/mirror/inspection";
import { expect, test } from "vitest";

test.each([100, 4095, 4096, 65_536 + 41, 3_000_001])(
  "a generated file of %i bytes is accepted as a data file",
  async (size) => {
    const content = virtualContent({ path: "pr/pr.data.9.Big", size, modified: new Date(0) });
    const inspection = inspectFile("pr.data.9.Big", "text/plain");
    let seen = 0;
    for await (const chunk of content.read(0, size)) {
      inspection.see(chunk);
      seen += chunk.length;
    }
    inspection.end();
    expect(seen).toBe(size);
  },
);

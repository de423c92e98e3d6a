import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { platform } from "../../infra/synth/folders.ts";
import { ensurePlatform, pulumiVersionOf, sstCommand } from "../../infra/synth/platform.ts";

test("SST's platform is installed in the version of the sst command, with the Pulumi version that the command requires", async () => {
  await ensurePlatform();
  const { version, binary } = sstCommand();
  expect((await readFile(join(platform, "version"), "utf8")).trim()).toBe(version);
  const pulumi = JSON.parse(
    await readFile(join(platform, "node_modules/@pulumi/pulumi/package.json"), "utf8"),
  );
  expect(await pulumiVersionOf(binary)).toBe(`v${pulumi.version}`);
});

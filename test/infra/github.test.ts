import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../infra/synth/folders.ts";

const workflow = (name: string) => readFile(join(root, ".github/workflows", name), "utf8");

test("every change is tested by the project's own command", async () => {
  const ci = await workflow("ci.yml");
  expect(ci).toMatch(/^ {2}pull_request:$/m);
  expect(ci).toMatch(/^ {6}- run: \.ci\/run$/m);
});

test("a tag deploys production after the tests, with a role assumed through OIDC and no stored keys", async () => {
  const deploy = await workflow("deploy.yml");
  expect(deploy).toMatch(/tags: \["v\*"\]/);
  expect(deploy).toMatch(/^ {2}id-token: write$/m);
  expect(deploy).toMatch(/role-to-assume: \$\{\{ vars\.AWS_ROLE_ARN \}\}/);
  expect(deploy.indexOf(".ci/run")).toBeLessThan(deploy.indexOf("npx sst deploy --stage production"));
  expect(deploy).not.toMatch(/access-key|secrets\./);
});

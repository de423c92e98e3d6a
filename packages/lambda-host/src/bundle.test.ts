import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundleFunction } from "./bundle.ts";

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "bundle-"));
});
afterEach(() => rm(out, { recursive: true }));

test("without dynamic imports, a bundle is one minified module with a source map", async () => {
  const root = fileURLToPath(new URL(".", import.meta.url));
  const bundle = await bundleFunction(root, "fixtures/behaves.handler", out);
  expect(bundle).toMatchObject({
    handler: "bundle.handler",
    file: join(out, "bundle.mjs"),
  });
  expect((await readdir(out)).sort()).toEqual(["bundle.mjs", "bundle.mjs.map"]);
  const code = await readFile(bundle.file, "utf8");
  expect(code.length).toBe(bundle.bytes);
  expect(code.startsWith("import { createRequire as topLevelCreateRequire } from 'module';\n")).toBe(true);
  expect(code).toMatch(/\/\/# sourceMappingURL=bundle\.mjs\.map\n$/);
  expect(code).not.toMatch(/\n\s+switch/);
  expect(bundle.inputs.some((path) => path.endsWith("fixtures/behaves.ts"))).toBe(true);
});

test("what a bundle imports dynamically is in other files, which are loaded only then", async () => {
  await writeFile(join(out, "loads.ts"), "export const loads: string[] = [];");
  await writeFile(
    join(out, "large.ts"),
    'import { loads } from "./loads.ts";\nloads.push("large");\nexport const large = 7;',
  );
  await writeFile(
    join(out, "small.ts"),
    'import { loads } from "./loads.ts";\nexport const handler = async (use: boolean) => (use ? (await import("./large.ts")).large : loads);',
  );
  const folder = join(out, "built");
  const { file, bytes } = await bundleFunction(out, "small.handler", folder);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".mjs"));
  expect(files.length).toBeGreaterThan(1);
  const sizes = await Promise.all(files.map(async (name) => (await readFile(join(folder, name))).length));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bytes);
  const { handler } = await import(pathToFileURL(file).href);
  expect(await handler(false)).toEqual([]);
  expect(await handler(true)).toBe(7);
  expect(await handler(false)).toEqual(["large"]);
});

test("names of classes and functions survive minification, and bundled CommonJS works", async () => {
  await writeFile(
    join(out, "legacy.cjs"),
    'exports.directory = () => require("node:path").basename(__dirname);',
  );
  await writeFile(
    join(out, "names.ts"),
    'import legacy from "./legacy.cjs";\nclass LongName {}\nexport const handler = () => [LongName.name, legacy.directory()];',
  );
  const { file } = await bundleFunction(out, "names.handler", join(out, "built"));
  const { handler } = await import(pathToFileURL(file).href);
  expect(handler()).toEqual(["LongName", "built"]);
});

test("a bundling error includes the file and line", async () => {
  await writeFile(join(out, "malformed.ts"), "\nexport const handler = ( => 1;");
  await expect(bundleFunction(out, "malformed.handler", join(out, "built"))).rejects.toThrow(
    /malformed\.ts:2:25: ERROR/,
  );
});

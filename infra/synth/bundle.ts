import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { build, type Plugin } from "esbuild";
import { platform, root } from "./folders.ts";

/** Packages that SST loads from its platform instead of bundling them. */
const external = [
  "@pulumi/*",
  "@pulumiverse/*",
  "@aws-sdk/*",
  "@smithy/*",
  "@cloudflare/*",
  "esbuild",
  "archiver",
  "glob",
  "undici",
  "unenv",
  "vite",
];

/** SST adds its global names at the top of every file of the project. */
const globals = `import * as aws from "@pulumi/aws"; import * as sst from "${join(platform, "src/components")}";`;

const projectFiles: Plugin = {
  name: "project-files",
  setup(esbuild) {
    esbuild.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const ours =
        path.startsWith(root + sep) && !path.startsWith(platform) && !path.includes("node_modules");
      if (!ours) return;
      return { contents: `${globals} ${await readFile(path, "utf8")}`, loader: "ts" };
    });
  },
};

/**
 * Bundles sst.config.ts with SST's own components, as SST does, into `file`. The file must be in SST's platform
 * folder, so that its imports are found. The module exports `config` (the export of sst.config.ts) and `run` (SST's
 * program runner). Unlike in SST, `$app`, `$cli`, and `$dev` must be set as globals, so one bundle serves
 * every stage.
 */
export async function bundleConfig(file: string): Promise<void> {
  await build({
    stdin: {
      contents: `
        export { run } from "${join(platform, "src/auto/run.ts")}";
        export { default as config } from "${join(root, "sst.config.ts")}";`,
      resolveDir: root,
      loader: "ts",
    },
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2023",
    mainFields: ["module", "main"],
    keepNames: true,
    logLevel: "error",
    external,
    inject: [join(platform, "src/shim/run.js")],
    nodePaths: [join(platform, "node_modules")],
    plugins: [projectFiles],
    banner: {
      js: `import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`,
    },
  });
}

/** Bundles a handler as `sst deploy` does. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { handlerModule } from "./handler-module.ts";

/** What SST adds at the top of every bundle, so that bundled CommonJS finds what it expects. */
const BANNER = [
  `import { createRequire as topLevelCreateRequire } from 'module';`,
  `const require = topLevelCreateRequire(import.meta.url);`,
  `import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url"`,
  `const __filename = topLevelFileUrlToPath(import.meta.url)`,
  `const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url))`,
].join("\n");

/** Packages with native parts, which SST installs next to the bundle if they are used. */
const ALWAYS_EXTERNAL = ["sharp", "pg-native"];

export type Bundle = {
  /** The handler of the bundle, for Lambda: `bundle.handler`. */
  handler: string;
  /** The file that contains the handler. It imports the bundle's other files. */
  file: string;
  /** The size of all files in bytes, without the source maps, which are not deployed. */
  bytes: number;
  /** The source files in the bundle, as paths from the working directory. */
  inputs: string[];
};

/**
 * Bundles the handler (a path relative to `root` and an export, as in `src/analyze.handler`) into the folder
 * `out`, with the options of SST 4.17 (pkg/runtime/node/build.go) and its option `splitting`: modules that are
 * imported dynamically are in files of their own, so they are loaded only when they are needed. Throws esbuild's
 * BuildFailure, whose message includes the file and line.
 */
export async function bundleFunction(root: string, handler: string, out: string): Promise<Bundle> {
  const { metafile } = await build({
    entryPoints: [{ in: fileURLToPath(handlerModule(root, handler)), out: "bundle" }],
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "esnext",
    mainFields: ["module", "main"],
    external: ALWAYS_EXTERNAL,
    keepNames: true,
    minify: true,
    sourcemap: "linked",
    banner: { js: BANNER },
    metafile: true,
    logLevel: "silent",
  });
  const code = Object.entries(metafile.outputs).filter(([path]) => !path.endsWith(".map"));
  return {
    handler: `bundle${handler.slice(handler.lastIndexOf("."))}`,
    file: join(out, "bundle.mjs"),
    bytes: code.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    inputs: Object.keys(metafile.inputs),
  };
}

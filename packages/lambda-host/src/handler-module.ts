/** Finds the source file of a handler. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The extensions that SST tries, in the same order, except those of JSX. */
const EXTENSIONS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/**
 * The file of a handler such as `packages/functions/src/analyze.handler`, relative to `root`. Throws if there
 * is none, which means that the deployed definition and the repository differ.
 */
export function handlerModule(root: string, handler: string): URL {
  const path = resolve(root, handler.slice(0, handler.lastIndexOf(".")));
  const extension = EXTENSIONS.find((candidate) => existsSync(path + candidate));
  if (!extension) {
    throw new Error(`Handler not found: ${handler} (no ${path}${EXTENSIONS.join("|")}); run npm run synth`);
  }
  return pathToFileURL(path + extension);
}

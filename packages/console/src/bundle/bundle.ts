/**
 * The page's script and style, bundled by esbuild when they are first needed and cached under a hash of their
 * sources.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { removeOldBundles } from "./old-bundles.ts";

/** A bundle's files, by name: `page.js`, `page.css`. */
export type Bundle = { files: ReadonlyMap<string, BundledFile>; hash: string };
export type BundledFile = { content: Buffer; gzip: Buffer };

const page = fileURLToPath(new URL("../page/", import.meta.url));
const repository = fileURLToPath(new URL("../../../../", import.meta.url));
/** The entries: the console's page, a trace's page, and the worker that evaluates JSONata. */
const ENTRIES = ["console.tsx", "trace.tsx", "jsonata-worker.ts"] as const;

let pending: Promise<Bundle> | undefined;

/** The bundle of the current sources. Bundling takes one or two seconds; reading the cache takes milliseconds. */
export function loadBundle(): Promise<Bundle> {
  pending ??= build().catch((error: unknown) => {
    pending = undefined;
    throw error;
  });
  return pending;
}

async function build(): Promise<Bundle> {
  const hash = hashOfSources();
  const root = cacheFolder();
  const folder = join(root, hash);
  if (!existsSync(folder)) {
    const { build: bundle } = await import("esbuild");
    const draft = `${folder}.${randomUUID()}`;
    mkdirSync(draft, { recursive: true });
    await bundle({
      entryPoints: ENTRIES.map((entry) => join(page, entry)),
      outdir: draft,
      bundle: true,
      minify: true,
      format: "iife",
      target: "es2024",
      jsx: "automatic",
      legalComments: "none",
      define: { "process.env.NODE_ENV": '"production"' },
      logLevel: "silent",
    });
    for (const name of readdirSync(draft))
      writeFileSync(join(draft, `${name}.gz`), gzipSync(readFileSync(join(draft, name)), { level: 9 }));
    removeOldBundles(root);
    try {
      renameSync(draft, folder);
    } catch (error) {
      // Another process has already written the same files.
      if (!existsSync(folder)) throw error;
      rmSync(draft, { recursive: true, force: true });
    }
  }
  const files = new Map<string, BundledFile>();
  for (const name of readdirSync(folder)) {
    if (name.endsWith(".gz")) continue;
    files.set(name, {
      content: readFileSync(join(folder, name)),
      gzip: readFileSync(join(folder, `${name}.gz`)),
    });
  }
  return { files, hash };
}

/** In `node_modules/.cache`, or in the system's temporary folder if `node_modules` is not writable. */
function cacheFolder(): string {
  const own = join(repository, "node_modules", ".cache", "data-quest-console");
  try {
    mkdirSync(own, { recursive: true });
    return own;
  } catch {
    const shared = join(tmpdir(), `data-quest-console-${process.getuid?.() ?? 0}`);
    mkdirSync(shared, { recursive: true, mode: 0o700 });
    return shared;
  }
}

/**
 * Everything that the bundle depends on: our sources by content, and the installed packages by the lock
 * file's content.
 */
function hashOfSources(): string {
  const hash = createHash("sha256");
  const folders = [page, join(repository, "packages", "execution-history", "src")];
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
      const file = join(folder, name);
      if (statSync(file).isFile()) hash.update(name).update("\0").update(readFileSync(file)).update("\0");
    }
  }
  const lockFile = join(repository, "package-lock.json");
  if (existsSync(lockFile)) hash.update(readFileSync(lockFile));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  return hash.digest("hex").slice(0, 16);
}

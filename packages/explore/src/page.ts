/**
 * explore.html: the page as one file, which may run only its own script, apply only its own style sheet, and
 * fetch only from its own origin.
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { EXPLORE_STYLE } from "./style.ts";

const entry = fileURLToPath(new URL("browser/explore.tsx", import.meta.url));
const workerEntry = fileURLToPath(new URL("browser/silver-worker.ts", import.meta.url));

let pending: Promise<string> | undefined;

/** The page's HTML. The script is bundled once per process, in about a second. Throws if bundling fails. */
export function explorePage(): Promise<string> {
  pending ??= makePage().catch((error: unknown) => {
    pending = undefined;
    throw error;
  });
  return pending;
}

async function makePage(): Promise<string> {
  const worker = await bundle(workerEntry);
  // esbuild escapes `</script`, so nothing in the script ends the script element.
  const script = await bundle(entry, { SILVER_WORKER: JSON.stringify(worker) });
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(EXPLORE_STYLE)}'`,
    // The worker is made from the page's own script, so it has a blob URL.
    "worker-src blob:",
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Explore</title>
<link rel="icon" href="data:,">
<style>${EXPLORE_STYLE}</style>
</head>
<body>
<div id="explore"><noscript><p>Explore reads the data in your browser and needs JavaScript. The reports work without it.</p></noscript></div>
<script>${script}</script>
</body>
</html>
`;
}

/** The script of a file and its imports, minified. */
async function bundle(file: string, define: Record<string, string> = {}): Promise<string> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: "es2024",
    jsx: "automatic",
    jsxImportSource: "preact",
    define,
    legalComments: "none",
    logLevel: "silent",
  });
  const script = outputFiles[0]?.text;
  if (script === undefined) throw new Error(`esbuild returned no output for ${file}`);
  return script;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

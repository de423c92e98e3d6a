/** The way of a link with a secret into the browser. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PRIVATE_FILE } from "@data-quest/state-directory/private-files";

/**
 * Writes a page that leads on to `link`, in a file that only this user can read. Every user of a machine can read the command lines of
 * all processes, and the link on the opener's would sign any of them in.
 */
export function writeSignInPage(link: string): { file: string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), "quest-console-"));
  const file = join(directory, "open.html");
  const address = link.replaceAll("&", "&amp;");
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<title>Data Quest console</title>
<meta http-equiv="refresh" content="0; url=${address}">
<p><a href="${address}">Open the console</a></p>
</html>
`;
  writeFileSync(file, html, { mode: PRIVATE_FILE });
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

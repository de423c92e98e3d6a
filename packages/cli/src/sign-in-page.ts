/** Passes a secret link to the browser without showing the link to other users. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redirectPage } from "@data-quest/console/redirect-page";
import { PRIVATE_FILE } from "@data-quest/state-directory/private-files";

/**
 * Writes a page that redirects to `link`, in a file that only this user can read. All users of a machine can
 * read each other's command lines, so passing the link to the opener directly would let any of them sign in.
 */
export function writeSignInPage(link: string): { file: string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), "quest-console-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const file = join(directory, "open.html");
  try {
    writeFileSync(file, redirectPage(link), { mode: PRIVATE_FILE });
  } catch (error) {
    remove();
    throw error;
  }
  return { file, remove };
}

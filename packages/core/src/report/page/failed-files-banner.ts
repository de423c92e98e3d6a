import { html } from "hono/html";
import type { Report } from "../report.ts";

/** A banner that lists the files that failed to sync, and what was read instead. Empty if no file failed. */
export function failedFilesBanner({ failedFiles }: Pick<Report, "failedFiles">) {
  if (failedFiles.length === 0) return "";
  const items = failedFiles.map(
    ({ key, error, cause, versionId }) =>
      html`<li><code>${key}</code>: ${
        versionId === null
          ? "no version is stored yet"
          : html`its last good version <code>${versionId}</code> was read`
      } (<code>${error}</code>: ${cause})</li>`,
  );
  return html`<aside class="banner" aria-label="Files that failed to sync"><strong>${failedFiles.length === 1 ? "One file" : `${failedFiles.length} files`} failed to sync in this run.</strong>
The answers do not include what the source published since.<ul>${items}</ul></aside>`;
}

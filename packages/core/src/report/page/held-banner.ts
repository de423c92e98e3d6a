import { html } from "hono/html";
import { formatTime } from "../../format.ts";
import type { Report } from "../report.ts";

/** A banner that lists the held versions and who wrote each of them. Empty if no version is held. */
export function heldBanner({ heldFiles }: Pick<Report, "heldFiles">) {
  if (heldFiles.length === 0) return "";
  return html`<aside class="banner" aria-label="Held versions"><strong>Held versions.</strong> This report was computed from versions that
an operator holds, so its figures may differ from what BLS publishes:
<ul>${heldFiles.map((file) => html`<li><code>${file.key}</code>, version <code>${file.versionId}</code>: ${origin(file)}. Sync says: ${file.reason}</li>`)}</ul></aside>`;
}

function origin({ origin, restoredFrom, storedAt, tag }: Report["heldFiles"][number]) {
  const time = formatTime(storedAt);
  switch (origin) {
    case "restored":
      return html`an operator restored it from version <code>${restoredFrom}</code> (<code>quest restore</code>), ${time}`;
    case "copied":
      return html`an operator copied it from an older version, ${time}${note(tag)}`;
    case "put":
      return html`an operator uploaded it, ${time}${note(tag)}`;
    case "workflow":
      return html`an execution stored it, ${time}, and an operator holds it${note(tag)}`;
  }
}

/** An operator may write a name or a reason into the tag. Sync itself writes `put`, which adds nothing. */
function note(tag: string | null) {
  return tag === null || tag === "put" ? "" : html` (tag <code>held=${tag}</code>)`;
}

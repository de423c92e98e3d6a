/** The page that download.bls.gov, an IIS server, shows for a folder. */
import type { Entry } from "./site.ts";

const easternTime = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
  hourCycle: "h12",
});

/** Renders the page for the folder at `path` (which ends in a slash) on the server `host`. */
export type Listing = (host: string, path: string, entries: Entry[]) => string;

/** The page as IIS writes it: everything between `<pre>` and `</pre>` is one line, with `<br>` as the line end. */
export const iisListing: Listing = (host, path, entries) =>
  iisPage(
    host,
    path,
    entries.map((e) => iisLine(path, e)),
  );

/** The listing page with the given lines of HTML. */
export function iisPage(host: string, path: string, lines: string[]): string {
  const title = `${escapeHtml(host)} - ${escapeHtml(path)}`;
  const parent = path.replace(/[^/]+\/$/, "");
  return (
    `<html><head><title>${title}</title></head><body><H1>${title}</H1><hr>\r\n\r\n` +
    `<pre><A HREF="${hrefOf(parent)}">[To Parent Directory]</A><br><br>${lines.join("")}</pre><hr></body></html>`
  );
}

/** One entry's line: date in ten columns, time in nine, size (or `<dir>`) in thirteen, and the link. */
export function iisLine(path: string, { name, size, modified }: Entry): string {
  const { date, time } = usDate(modified);
  const length = size === null ? "&lt;dir&gt;".padStart(13 + 6) : String(size).padStart(13);
  const href = hrefOf(`${path}${encodeURIComponent(name)}${size === null ? "/" : ""}`);
  return `${date.padStart(10)}${time.padStart(9)}${length} <A HREF="${href}">${escapeHtml(name)}</A><br>`;
}

/** U.S. Eastern time without seconds, as the two parts of `9/3/2026  8:30 AM`. */
export function usDate(instant: Date): { date: string; time: string } {
  const parts = Object.fromEntries(
    easternTime.formatToParts(instant).map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.month}/${parts.day}/${parts.year}`,
    time: `${parts.hour}:${parts.minute} ${parts.dayPeriod}`,
  };
}

/** Escapes text between tags or in quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function hrefOf(path: string): string {
  return escapeHtml(path);
}

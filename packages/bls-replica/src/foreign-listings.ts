/** Listings in the formats of other servers, and IIS's with unexpected columns. */
import { escapeHtml, iisPage, type Listing, usDate } from "./listing.ts";
import type { Entry } from "./site.ts";

/** Apache's mod_autoindex with FancyIndexing: relative links, sizes rounded to K and M. */
export const apacheListing: Listing = (_host, path, entries) => {
  const title = `Index of ${escapeHtml(path.replace(/\/$/, ""))}`;
  const lines = entries.map((entry) => {
    const name = nameOf(entry);
    const shown = name.length > 23 ? `${name.slice(0, 20)}..&gt;` : escapeHtml(name);
    const [date, time] = isoMinute(entry.modified);
    return (
      `<img src="/icons/${entry.size === null ? "folder" : "unknown"}.gif" alt="[   ]"> ` +
      `<a href="${hrefOf(entry)}">${shown}</a>${" ".repeat(Math.max(1, 24 - name.length))}` +
      `${date} ${time} ${rounded(entry.size).padStart(5)}  `
    );
  });
  return (
    `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>${title}</title>\n </head>\n` +
    ` <body>\n<h1>${title}</h1>\n<pre><img src="/icons/blank.gif" alt="Icon "> <a href="?C=N;O=D">Name</a>` +
    `                    <a href="?C=M;O=A">Last modified</a>      <a href="?C=S;O=A">Size</a>  ` +
    `<a href="?C=D;O=A">Description</a><hr><img src="/icons/back.gif" alt="[PARENTDIR]"> ` +
    `<a href="${escapeHtml(path.replace(/[^/]+\/$/, ""))}">Parent Directory</a>                             -   \n` +
    `${lines.join("\n")}\n<hr></pre>\n</body></html>\n`
  );
};

/** nginx's autoindex: relative links, exact sizes, times in UTC. */
export const nginxListing: Listing = (_host, path, entries) => {
  const lines = entries.map((entry) => {
    const name = nameOf(entry);
    const shown = name.length > 50 ? `${name.slice(0, 47)}..&gt;` : escapeHtml(name);
    const [date, time] = isoMinute(entry.modified);
    const [year, month, day] = date.split("-");
    return (
      `<a href="${hrefOf(entry)}">${shown}</a>${" ".repeat(Math.max(1, 51 - name.length))}` +
      `${day}-${MONTHS[Number(month) - 1]}-${year} ${time} ${String(entry.size ?? "-").padStart(19)}`
    );
  });
  const title = `Index of ${escapeHtml(path)}`;
  return (
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1><hr><pre><a href="../">../</a>\r\n` +
    `${lines.join("\r\n")}\r\n</pre><hr></body>\r\n</html>\r\n`
  );
};

/** IIS's page with the columns in a different order and with an owner column. */
export const columnsListing: Listing = (host, path, entries) =>
  iisPage(
    host,
    path,
    entries.map((entry) => {
      const { date, time } = usDate(entry.modified);
      const href = escapeHtml(`${path}${hrefOf(entry)}`);
      return `${String(entry.size ?? "dir").padStart(13)} BLS\\webmaster ${date} ${time} -rw- <A HREF="${href}">${escapeHtml(entry.name)}</A><br>`;
    }),
  );

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function nameOf(entry: Entry): string {
  return entry.size === null ? `${entry.name}/` : entry.name;
}

function hrefOf(entry: Entry): string {
  return `${encodeURIComponent(entry.name)}${entry.size === null ? "/" : ""}`;
}

function isoMinute(instant: Date): [date: string, time: string] {
  const text = instant.toISOString();
  return [text.slice(0, 10), text.slice(11, 16)];
}

function rounded(size: number | null): string {
  if (size === null) return "-";
  if (size < 1024) return String(size);
  return size < 1024 * 1024 ? `${Math.round(size / 1024)}K` : `${(size / 1024 / 1024).toFixed(1)}M`;
}

/** The listing page of a folder on download.bls.gov, as IIS writes it. */
import { Parser } from "htmlparser2";
import { LinkRefused, ListingNotBelievable } from "../errors.ts";
import { parseEasternTime } from "./eastern-time.ts";

/** One line of a listing. `name` is decoded, without the slash of a folder; `size` is in bytes. */
export type ListingEntry =
  | { kind: "file"; name: string; size: number; modified: Date }
  | { kind: "folder"; name: string };

type Line = { before: string; href: string; text: string };

const PARENT = "[To Parent Directory]";
/** S3's limit for a key, in bytes of UTF-8. */
const LONGEST_KEY = 1024;
/** In characters: an object in Bronze carries its file's address in its metadata, which S3 limits to 2 KB in all. */
const LONGEST_ADDRESS = 1500;

/**
 * Reads a listing page. `url` is the page's own address and ends in a slash.
 * Throws ListingNotBelievable where the page is not such a listing or is cut off, LinkRefused where an entry leads
 * elsewhere than into the folder itself.
 */
export function parseListing(html: string, url: URL): ListingEntry[] {
  const page = readPage(html);
  if (!page.listing) {
    throw new ListingNotBelievable(
      `${url} is not a listing: no <pre> with "${PARENT}" in it. It begins: ${excerpt(html)}`,
    );
  }
  if (!page.complete)
    throw new ListingNotBelievable(
      `${url} is cut off: its end is missing. It ends: ${excerpt(html.slice(-80))}`,
    );
  const entries = page.lines.map((line) => parseLine(line, url));
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name)) throw new ListingNotBelievable(`${url} lists ${name} twice`);
    names.add(name);
  }
  return entries;
}

/**
 * Splits the page into its links, each with the text before it on its line. The page is a listing if `[To Parent Directory]`
 * is a link inside `<pre>`, and complete if that `<pre>` is closed.
 */
function readPage(html: string): { listing: boolean; complete: boolean; lines: Line[] } {
  const lines: Line[] = [];
  let inPre = false;
  let parent = false;
  let complete = false;
  let before = "";
  let link: { href: string; text: string } | undefined;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === "pre") inPre = true;
      else if (name === "br") before = "";
      else if (name === "a" && inPre) link = { href: attributes.href ?? "", text: "" };
    },
    ontext(text) {
      if (link !== undefined) link.text += text;
      else if (inPre) before += text;
    },
    onclosetag(name, implied) {
      if (name === "a" && link !== undefined) {
        if (link.text.trim() === PARENT) parent = true;
        else lines.push({ before, ...link });
        link = undefined;
        before = "";
      } else if (name === "pre") {
        inPre = false;
        complete = !implied;
      }
    },
  });
  parser.end(html);
  return { listing: parent, complete, lines };
}

/** An entry's line is `<date> <time> <AM|PM> <size or <dir>> <A ...>`. */
function parseLine(line: Line, url: URL): ListingEntry {
  const match = /^\s*(\d{1,2}\/\d{1,2}\/\d{4}\s+\d{1,2}:\d{2} [AP]M)\s+(\d+|<dir>)\s*$/i.exec(line.before);
  const modified = match?.[1] === undefined ? undefined : parseEasternTime(match[1]);
  if (match === null || modified === undefined) {
    throw new ListingNotBelievable(
      `${url} has an entry that is none of IIS's: ${excerpt(`${line.before}${line.text}`)} (expected date, time, size or <dir>, name)`,
    );
  }
  const folder = match[2]?.toLowerCase() === "<dir>";
  const name = entryName(line.href, folder, url);
  return folder ? { kind: "folder", name } : { kind: "file", name, size: Number(match[2]), modified };
}

/** The decoded name that a link adds to the folder's address, where it adds exactly one name. Throws LinkRefused. */
function entryName(href: string, folder: boolean, base: URL): string {
  const refuse = (reason: string) => new LinkRefused(`${base} links to ${JSON.stringify(href)}: ${reason}`);
  // The text itself is checked before the URL parser can tidy `..` or a backslash away.
  const path = href.split(/[?#]/, 1)[0] ?? "";
  if (/(^|[/\\])\.{1,2}([/\\]|$)/.test(decodeRepeatedly(path)))
    throw refuse("a path that climbs is not followed");
  if (!URL.canParse(href, base.href)) throw refuse("that is no address");
  const url = new URL(href, base);
  if (url.origin !== base.origin || url.username !== "" || url.password !== "")
    throw refuse("it leads to another host");
  if (url.search !== "" || url.hash !== "") throw refuse("a query or a fragment names no file");
  if (!url.pathname.startsWith(base.pathname)) throw refuse("it leads outside the folder");
  const rest = url.pathname.slice(base.pathname.length).replace(folder ? /\/$/ : /$^/, "");
  const name = decode(rest);
  if (name === undefined) throw refuse("its percent-encoding is broken");
  if (name === "" || rest.includes("/")) throw refuse("it does not name one entry of the folder");
  // Control characters, and those that show nothing but change how the rest is shown, such as a change of direction.
  if (/[/\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name))
    throw refuse("its name has characters that no file name has");
  if (/%(2e|2f|5c)/i.test(name)) throw refuse("its name is encoded twice");
  if (Buffer.byteLength(base.pathname + name) > LONGEST_KEY)
    throw refuse("its name is too long for a key in S3");
  if (base.href.length + encodeURIComponent(name).length > LONGEST_ADDRESS)
    throw refuse("its address is too long for the metadata of an object in S3");
  return name;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function decodeRepeatedly(text: string): string {
  const once = decode(text) ?? text;
  return decode(once) ?? once;
}

function excerpt(text: string): string {
  return JSON.stringify(text.replace(/\s+/g, " ").trim().slice(0, 80));
}

/** The listing page of a folder on download.bls.gov, as IIS writes it. */
import { createHash } from "node:crypto";
import { Parser } from "htmlparser2";
import { LinkRefused, ListingNotBelievable } from "../errors.ts";
import { parseEasternTime } from "./eastern-time.ts";

/**
 * One line of a listing. `name` is decoded, without the slash of a folder; `size` is in bytes. An `odd` entry has a name that cannot
 * be an address at the source and a key in S3: its `name` is the link's own text, made short and printable.
 */
export type ListingEntry =
  | { kind: "file"; name: string; size: number; modified: Date }
  | { kind: "folder"; name: string }
  | { kind: "odd"; name: string; reason: string };

type Line = { before: string; href: string; text: string };

const PARENT = "[To Parent Directory]";
/** S3's limit for a key, in bytes of UTF-8. */
const LONGEST_KEY = 1024;
/** In characters: an object in Bronze carries its file's address in its metadata, which S3 limits to 2 KB in all. */
const LONGEST_ADDRESS = 1500;
/** What is shown of a name that cannot be stored. */
const LONGEST_ODD_NAME = 100;

/**
 * Reads a listing page. `url` is the page's own address and ends in a slash.
 * Throws ListingNotBelievable where the page is not such a listing or is cut off, LinkRefused where an entry leads
 * out of the folder.
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
  const { name, odd } = entryName(line.href, folder, url);
  if (odd !== undefined) return { kind: "odd", name, reason: odd };
  return folder ? { kind: "folder", name } : { kind: "file", name, size: Number(match[2]), modified };
}

/**
 * The decoded name that a link adds to the folder's address, where it adds exactly one name. For a name that cannot be stored, `odd`
 * says why: that is the fault of one file. Throws LinkRefused for a link that leads elsewhere: then the page cannot be trusted.
 */
function entryName(href: string, folder: boolean, base: URL): { name: string; odd?: string } {
  const refuse = (reason: string) => new LinkRefused(`${base} links to ${excerpt(href)}: ${reason}`);
  // The text itself is checked before the URL parser can tidy `..` or a backslash away.
  const path = href.split(/[?#]/, 1)[0] ?? "";
  if (/(^|[/\\])\.{1,2}([/\\]|$)/.test(decodeRepeatedly(path)))
    throw refuse("the path climbs out of the folder");
  if (!URL.canParse(href, base.href)) throw refuse("it is not an address");
  const url = new URL(href, base);
  if (url.origin !== base.origin || url.username !== "" || url.password !== "")
    throw refuse("it leads to another host");
  if (!url.pathname.startsWith(base.pathname)) throw refuse("it leads outside the folder");
  const rest = url.pathname.slice(base.pathname.length).replace(folder ? /\/$/ : /$^/, "");
  const name = decode(rest);
  if (rest === "" || rest.includes("/") || (name !== undefined && /[/\\]/.test(name)))
    throw refuse("it does not name one entry of the folder");
  if (/%(2e|2f|5c)/i.test(name ?? rest)) throw refuse("its name is encoded twice");
  const odd = oddity(url, name, base);
  return odd === undefined
    ? { name: name ?? rest }
    : { name: printableName(rest + url.search + url.hash), odd };
}

/** Why a name cannot be stored; undefined where it can. */
function oddity(url: URL, name: string | undefined, base: URL): string | undefined {
  if (url.search !== "" || url.hash !== "")
    return "its link has a raw ? or #, after which an address does not name a file any more";
  if (name === undefined) return "its percent-encoding is broken";
  // Control characters, and those that show nothing but change how the rest is shown, such as a change of direction.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return "its name has control characters";
  if (Buffer.byteLength(base.pathname + name) > LONGEST_KEY)
    return `its name is too long for a key in S3 (${LONGEST_KEY} bytes)`;
  if (base.href.length + encodeURIComponent(name).length > LONGEST_ADDRESS)
    return "its address is too long for the metadata of an object in S3";
  return undefined;
}

/** A link's text as a name to show. Where it is cut, a hash keeps it apart from others. */
function printableName(text: string): string {
  const printable = text.replace(/[^ -~]/g, "?");
  if (printable.length <= LONGEST_ODD_NAME && printable === text) return text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `${printable.slice(0, LONGEST_ODD_NAME)}...${hash}`;
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

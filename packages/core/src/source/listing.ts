/** The listing page of a folder on download.bls.gov, as IIS writes it. */
import { createHash } from "node:crypto";
import { Parser } from "htmlparser2";
import { LinkRefused, ListingNotBelievable, ListingTooLarge } from "../errors.ts";
import { parseEasternTime } from "./eastern-time.ts";

/**
 * One line of a listing. `name` is decoded, without the slash of a folder; `size` is in bytes. The name of an
 * `odd` entry cannot be used both in a URL at the source and as a key in S3, so `name` is the link's own text,
 * shortened and printable.
 */
export type ListingEntry =
  | { kind: "file"; name: string; size: number; modified: Date }
  | { kind: "folder"; name: string }
  | { kind: "odd"; name: string; reason: string };

type Line = { before: string; href: string; text: string };

const PARENT = "[To Parent Directory]";
/** In characters. The link to the parent folder directly follows the title and the heading. */
const LONGEST_HEAD = 8192;
/** Far more than the few hundred files that one execution can carry (see ListingTooLarge). */
export const MOST_ENTRIES = 5000;
/** An entry has three tags: `<A>`, `</A>`, and `<br>`. */
const MOST_TAGS = 4 * MOST_ENTRIES;
/** IIS nests four elements: html, body, pre, and a. */
const DEEPEST_ELEMENT = 16;
/** In characters: more than the longest URL that a name can have. */
const LONGEST_LINE = 4096;
/** S3's limit for a key, in bytes of UTF-8. */
export const LONGEST_KEY = 1024;
/**
 * In characters. The metadata of an object in Bronze includes the URL of the file, and S3 limits an object's
 * metadata to 2 KB in total.
 */
export const LONGEST_URL = 1500;
/** How much is shown of a name that cannot be stored. */
const LONGEST_ODD_NAME = 100;

/**
 * Reads a listing page. `url` is the page's own URL and ends in a slash. Takes at most linear time,
 * whatever the page contains, and stops at the first content that cannot be part of a listing. Throws
 * ListingNotBelievable if the page is not a listing or is cut off, ListingTooLarge if it has too many entries, and
 * LinkRefused if an entry points outside the folder.
 */
export function parseListing(html: string, url: URL): ListingEntry[] {
  if (!html.slice(0, LONGEST_HEAD).includes(PARENT)) {
    throw new ListingNotBelievable(
      `${url} is not a listing: "${PARENT}" is not at its beginning. It begins: ${excerpt(html)}`,
    );
  }
  const tags = endOfTags(html, url);
  const { entries, complete } = readPage(html.slice(0, tags), url);
  if (!complete && tags < html.length)
    throw new ListingNotBelievable(`${url} is not a listing: it has more than ${MOST_TAGS} tags`);
  if (!complete)
    throw new ListingNotBelievable(
      `${url} is cut off: its end is missing. It ends: ${excerpt(html.slice(-80))}`,
    );
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name)) throw new ListingNotBelievable(`${url} lists ${name} twice`);
    names.add(name);
  }
  return entries;
}

/**
 * The end of the part that the parser may see. A plain search finds it, because the parser is slow if there is
 * much text without a tag, or if there are many tags. Throws ListingNotBelievable for text that is longer than any
 * in a listing.
 */
function endOfTags(html: string, url: URL): number {
  let at = 0;
  for (let tags = 0; tags < MOST_TAGS; tags++) {
    const found = html.indexOf("<", at + 1);
    const next = found === -1 ? html.length : found;
    if (next - at > 2 * LONGEST_LINE)
      throw new ListingNotBelievable(
        `${url} is not a listing: it has ${next - at} characters without a tag: ${excerpt(html.slice(at))}`,
      );
    if (found === -1) return html.length;
    at = found;
  }
  return at;
}

/**
 * Reads the links inside `<pre>`, each with the text before it on its line, up to the end of that `<pre>`.
 * Without that end, the page is incomplete. IIS writes only `<a>` and `<br>` there, and never nests `<a>`.
 */
function readPage(html: string, url: URL): { complete: boolean; entries: ListingEntry[] } {
  const entries: ListingEntry[] = [];
  let inPre = false;
  let complete = false;
  let depth = 0;
  let before = "";
  let link: { href: string; text: string } | undefined;
  const refuse = (what: string) => new ListingNotBelievable(`${url} is not an IIS listing: ${what}`);

  function open(name: string, href: string): void {
    if (++depth > DEEPEST_ELEMENT) throw refuse(`its elements are nested more than ${DEEPEST_ELEMENT} deep`);
    if (!inPre) {
      inPre = name === "pre";
    } else if (name === "br") {
      before = "";
    } else if (name === "a" && link === undefined) {
      if (href.length > LONGEST_LINE) throw refuse(`a link is longer than ${LONGEST_LINE} characters`);
      link = { href, text: "" };
    } else {
      throw refuse(`<${name}> inside <${link === undefined ? "pre" : "a"}>`);
    }
  }

  function closeLink({ href, text }: { href: string; text: string }): void {
    if (text.trim() !== PARENT) entries.push(parseLine({ before, href, text }, url));
    if (entries.length > MOST_ENTRIES)
      throw new ListingTooLarge(
        `${url} lists more than ${MOST_ENTRIES} files, which is more than one execution can carry`,
      );
    link = undefined;
    before = "";
  }

  const parser = new Parser({
    onopentag: (name, { href = "" }) => !complete && open(name, href),
    ontext(text) {
      if (complete || !inPre) return;
      if (link !== undefined) link.text += text;
      else before += text;
      if (before.length + (link?.text.length ?? 0) > LONGEST_LINE)
        throw refuse(`an entry is longer than ${LONGEST_LINE} characters`);
    },
    onclosetag(name, implied) {
      depth--;
      if (complete) return;
      if (name === "a" && link !== undefined) {
        if (implied) throw refuse("a link is not closed");
        closeLink(link);
      } else if (name === "pre") {
        inPre = false;
        complete = !implied;
      }
    },
  });
  parser.end(html);
  return { complete, entries };
}

/** An entry's line is `<date> <time> <AM|PM> <size or <dir>> <A ...>`. */
function parseLine(line: Line, url: URL): ListingEntry {
  const match = /^\s*(\d{1,2}\/\d{1,2}\/\d{4}\s+\d{1,2}:\d{2} [AP]M)\s+(\d+|<dir>)\s*$/i.exec(line.before);
  const modified = match?.[1] === undefined ? undefined : parseEasternTime(match[1]);
  if (match === null || modified === undefined) {
    throw new ListingNotBelievable(
      `${url} has an entry that IIS does not write: ${excerpt(`${line.before}${line.text}`)} (expected date, time, size or <dir>, name)`,
    );
  }
  const folder = match[2]?.toLowerCase() === "<dir>";
  const { name, odd } = entryName(line.href, folder, url);
  if (odd !== undefined) return { kind: "odd", name, reason: odd };
  return folder ? { kind: "folder", name } : { kind: "file", name, size: Number(match[2]), modified };
}

/**
 * The decoded name that a link adds to the folder's URL, if it adds exactly one name. If the name cannot be
 * stored, `odd` says why. Such a name affects only its own file. Throws LinkRefused for a link that points
 * elsewhere, because the page then cannot be trusted.
 */
function entryName(href: string, folder: boolean, base: URL): { name: string; odd?: string } {
  const refuse = (reason: string) => new LinkRefused(`${base} links to ${excerpt(href)}: ${reason}`);
  // Checks the link as it is written in the page, because the URL parser resolves `..` and replaces backslashes.
  const path = href.split(/[?#]/, 1)[0] ?? "";
  if (/(^|[/\\])\.{1,2}([/\\]|$)/.test(decodeRepeatedly(path)))
    throw refuse("the path climbs out of the folder");
  if (!URL.canParse(href, base.href)) throw refuse("it is not a valid URL");
  const url = new URL(href, base);
  if (url.origin !== base.origin || url.username !== "" || url.password !== "")
    throw refuse("it points to another host");
  if (!url.pathname.startsWith(base.pathname)) throw refuse("it points outside the folder");
  const rest = url.pathname.slice(base.pathname.length).replace(folder ? /\/$/ : /$^/, "");
  const name = decode(rest);
  if (rest === "" || rest.includes("/") || (name !== undefined && /[/\\]/.test(name)))
    throw refuse("it does not point to exactly one entry of the folder");
  if (/%(2e|2f|5c)/i.test(name ?? rest)) throw refuse("its name is encoded twice");
  const odd = oddity(url, name, base);
  return odd === undefined
    ? { name: name ?? rest }
    : { name: printableName(rest + url.search + url.hash), odd };
}

/** Why a name cannot be stored; undefined if it can. */
function oddity(url: URL, name: string | undefined, base: URL): string | undefined {
  if (url.search !== "" || url.hash !== "")
    return "its link has an unescaped ? or #, so the link does not point to the file";
  if (name === undefined) return "its percent-encoding is broken";
  // Control characters, and invisible characters that change how the rest of the name is shown, such as one
  // that reverses the text direction.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return "its name has control characters";
  if (Buffer.byteLength(base.pathname + name) > LONGEST_KEY)
    return `its name is too long for a key in S3 (${LONGEST_KEY} bytes)`;
  if (base.href.length + encodeURIComponent(name).length > LONGEST_URL)
    return "its URL is too long for the metadata of an object in S3";
  return undefined;
}

/** A link's text as a name to show. If it is shortened, a hash distinguishes it from other names. */
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
  return JSON.stringify(text.slice(0, 400).replace(/\s+/g, " ").trim().slice(0, 80));
}

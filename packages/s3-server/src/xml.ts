import { XMLBuilder, XMLParser, XMLValidator } from "fast-xml-parser";
import * as z from "zod";
import { S3Error } from "./errors.ts";

/** The XML namespace of S3's documents. */
const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/**
 * A document as the builder expects it: an array repeats its element, undefined leaves the element out, and
 * "@" starts the name of an attribute.
 */
export type XmlContent =
  | string
  | number
  | boolean
  | undefined
  | XmlContent[]
  | { [name: string]: XmlContent };

/** The parser's message may quote the whole document. */
const LONGEST_REASON = 300;

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const CHARACTERS: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Escapes text. Control characters become numeric references, as in S3's responses, although XML 1.0 does not
 * allow such references.
 */
function escapeText(text: string): string {
  return text.replace(
    /[&<>"\p{Cc}\ufffe\uffff]/gu,
    (character) => ENTITIES[character] ?? `&#x${character.charCodeAt(0).toString(16)};`,
  );
}

/**
 * Decodes the five named entities and all numeric references, because the parser itself would drop control
 * characters.
 */
function unescapeText(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/gi,
    (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined) return CHARACTERS[name.toLowerCase()] ?? whole;
      const point = hex === undefined ? Number.parseInt(decimal ?? "", 10) : Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  processEntities: false,
  tagValueProcessor: (_name, value) => escapeText(String(value)),
});

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  tagValueProcessor: (_name, value) => unescapeText(value),
});

/** Writes a document. Elements whose content is undefined or an empty list are left out. */
export function toXml(root: string, content: { [name: string]: XmlContent }, namespace = NAMESPACE): string {
  const attributes = namespace === "" ? {} : { "@xmlns": namespace };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: { ...attributes, ...content } })}`;
}

/**
 * Reads a document whose root element is `root`, and checks it with `schema`. In the schema's input, every
 * element's content is a string or an object, and an element that occurs more than once is a list (see
 * `listOf`). Throws S3Error MalformedXML with a message that says where the document does not match. A
 * document type declaration is refused: no S3 client sends one, and its entities can expand exponentially.
 */
export function fromXml<T>(text: string, root: string, schema: z.ZodType<T>): T {
  if (/<!DOCTYPE/i.test(text)) throw malformed("it has a document type declaration");
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw malformed(`line ${valid.err.line}: ${valid.err.msg}`);
  const document = parse(text);
  if (!(root in document)) throw malformed(`the root element must be ${root}`);
  // The parser returns "" for any element without content.
  const content = document[root] === "" ? {} : document[root];
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  throw malformed(
    result.error.issues
      .map((issue) => `${[root, ...issue.path.map(String)].join(".")}: ${issue.message}`)
      .join("; "),
  );
}

/** Reads a well-formed document. The parser throws if the elements are nested too deeply. */
function parse(text: string): Record<string, unknown> {
  try {
    return parser.parse(text);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function malformed(why: string): S3Error {
  const message = "The XML you provided was not well-formed or did not validate against our published schema";
  return new S3Error("MalformedXML", { message: `${message} (${why.slice(0, LONGEST_REASON)})` });
}

/**
 * The schema of an element that may occur any number of times. The parser does not return a single occurrence
 * as a list.
 */
export function listOf<T>(schema: z.ZodType<T>): z.ZodType<T[]> {
  return z.preprocess(
    (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
    z.array(schema),
  );
}

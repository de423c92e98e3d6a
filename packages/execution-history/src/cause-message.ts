/** A cause within a cause, and so on: a nested execution's failure has that of the function that it called. */
const MOST_LEVELS = 5;

/**
 * The sentence in a failure's cause that is meant for people. A Lambda function's cause is JSON with `errorMessage`, and that of
 * a nested execution is its description, with `Error` and `Cause`. A cause is cut at 32,768 characters, so its JSON
 * may have no end. Anything else is given back as it is. Never throws.
 */
export function causeMessage(cause: string | null | undefined): string {
  return messageAt(cause ?? "", MOST_LEVELS);
}

function messageAt(cause: string, levels: number): string {
  if (levels === 0 || !/^\s*\{/.test(cause)) return cause;
  const errorMessage = textMember(cause, "errorMessage");
  if (errorMessage !== undefined) return errorMessage || textMember(cause, "errorType") || cause;
  const inner = textMember(cause, "Cause");
  const error = textMember(cause, "Error");
  if (inner === undefined && error === undefined) return cause;
  return [error, inner && messageAt(inner, levels - 1)].filter(Boolean).join(": ");
}

/** A text member of a JSON object, also of one that was cut. */
function textMember(json: string, name: string): string | undefined {
  const parsed = parse(json);
  if (parsed !== undefined) {
    const value = typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, name) : undefined;
    return typeof value === "string" ? value : undefined;
  }
  const start = new RegExp(`"${name}"\\s*:\\s*"`).exec(json);
  if (start === null) return undefined;
  const rest = json.slice(start.index + start[0].length);
  const end = endOfString(rest);
  const text = parse(`"${rest.slice(0, end)}"`);
  return typeof text === "string" ? text : undefined;
}

/** Where a JSON string ends, which begins before `text`; where it was cut, the end of its last whole character. */
function endOfString(text: string): number {
  let at = 0;
  while (at < text.length && text[at] !== '"') {
    const size = text[at] !== "\\" ? 1 : text[at + 1] === "u" ? 6 : 2;
    if (at + size > text.length) break;
    at += size;
  }
  return at;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

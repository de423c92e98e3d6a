/** Causes can be nested: a nested execution's cause includes the cause from the function that it called. */
const MOST_LEVELS = 5;

/**
 * The human-readable sentence in a failure's cause. For a Lambda function, the cause is JSON with
 * `errorMessage`. For a nested execution, it is the execution's description, with `Error` and `Cause`. A
 * cause is truncated at 32,768 characters, so its JSON may be incomplete. Any other cause is returned
 * unchanged. Never throws.
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

/** A string member of a JSON object, even of a truncated one. */
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

/**
 * Where a JSON string ends in `text`, which starts right after the opening quote of the string. If the string was
 * truncated, the end of its last complete character.
 */
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

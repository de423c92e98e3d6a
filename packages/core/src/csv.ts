/** Writes CSV as defined in RFC 4180, safe to open in a spreadsheet. */

/** A number, which is written unchanged, or text, which a spreadsheet must not read as a formula. */
export type CsvField = string | { number: string | number | null };

export type LineEnd = "\r\n" | "\n";

/**
 * The records as a file for spreadsheets. It starts with a byte order mark, without which some spreadsheets
 * assume their local code page instead of UTF-8.
 */
export async function* csvFile(
  records: Iterable<string> | AsyncIterable<string | Uint8Array>,
): AsyncGenerator<string | Uint8Array, void> {
  yield "\uFEFF";
  yield* records;
}

/** One record with its line end, which RFC 4180 requires to be CRLF. */
export function csvRecord(fields: readonly CsvField[], lineEnd: LineEnd = "\r\n"): string {
  let record = "";
  let comma = "";
  for (const field of fields) {
    record += comma + (typeof field === "string" ? csvText(field) : (field.number ?? ""));
    comma = ",";
  }
  return record + lineEnd;
}

/**
 * A text field. Spreadsheets read a field as a formula, even in quotes, if it starts with = + - @, a tab, or a
 * line end. Some also do so for the full-width forms of the four signs. A leading apostrophe marks the field
 * as text (OWASP's advice on CSV injection). In some locales, spreadsheets split lines at semicolons, but not
 * within quotes.
 */
export function csvText(text: string): string {
  if (!/^[=+\-@＝＋－＠\t]|[",;\r\n]/.test(text)) return text;
  const harmless = /^[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** CSV as RFC 4180 has it, safe to open in a spreadsheet. */

/** A text field, in which a spreadsheet must see no formula, or a number that is written as it is. */
export type CsvField = string | { number: string | number | null };

export type LineEnd = "\r\n" | "\n";

/**
 * The records as a file for spreadsheets: it begins with a byte order mark, without which some read it in the code page of
 * their country and not as UTF-8.
 */
export async function* csvFile(
  records: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<string, void> {
  yield "\uFEFF";
  yield* records;
}

/** One record with its line end, which RFC 4180 wants to be CRLF. */
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
 * A text field. Spreadsheets take a field that begins with one of = + - @ (some with their full-width forms too), a tab or a
 * line end for a formula, even in quotes; an apostrophe before it makes it text (OWASP's advice on CSV injection). Some cut
 * lines at semicolons, by their country, but not within quotes.
 */
export function csvText(text: string): string {
  if (!/^[=+\-@＝＋－＠\t]|[",;\r\n]/.test(text)) return text;
  const harmless = /^[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The footnotes of an observation: codes, separated by commas. */

/** The codes in a cell. */
export function footnoteCodes(cell: string): string[] {
  return cell.split(/[,\s]+/).filter((code) => code !== "");
}

/** The codes in a cell, each with its text if the text is known: `R: revised`. */
export function footnotesInWords(cell: string, texts: Readonly<Record<string, string>>): string {
  return footnoteCodes(cell)
    .map((code) => (Object.hasOwn(texts, code) ? `${code}: ${texts[code]}` : code))
    .join("; ");
}

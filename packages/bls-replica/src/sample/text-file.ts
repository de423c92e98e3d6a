/** Writes text files as BLS does. */

/** Joins lines into the text of a file. Each line ends with CR LF. */
export function textFile(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}

/** A mapping file: fields are separated by tabs, and the header line comes first. */
export function mappingFile(lines: readonly (readonly string[])[]): string {
  return textFile(lines.map((fields) => fields.join("\t")));
}

/** The content of a line in any survey's data file. `value` is as written in the file. */
export type Observation = { year: number; period: string; value: string; footnotes: string };

/**
 * A data file, one series after another. Fields are padded with spaces, as in BLS's files. Observations before
 * `fromYear` are left out.
 */
export function dataFile(
  series: readonly { id: string; observations: readonly Observation[] }[],
  fromYear = 0,
): string {
  const lines = [
    ["series_id".padEnd(17), "year", "period", "value".padStart(12), "footnote_codes"].join("\t"),
  ];
  for (const { id, observations } of series) {
    for (const { year, period, value, footnotes } of observations) {
      if (year >= fromYear)
        lines.push([id.padEnd(17), year, period, value.padStart(12), footnotes].join("\t"));
    }
  }
  return textFile(lines);
}

/** The last four cells of a series' line in the series file: its first year and period, then its last. */
export function spanOf(observations: readonly Observation[]): string[] {
  const [first, last] = [observations[0], observations.at(-1)];
  if (!first || !last) throw new Error("the sample has a series without observations");
  return [first, last].flatMap(({ year, period }) => [String(year), period]);
}

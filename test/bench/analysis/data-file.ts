/**
 * Generates large data files for measurements, in the format of BLS's survey pr. The same size yields the same
 * bytes.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PERIODS = {
  quarters: ["Q01", "Q02", "Q03", "Q04", "Q05"],
  months: Array.from({ length: 13 }, (_, index) => `M${String(index + 1).padStart(2, "0")}`),
  annual: ["Q05"],
};
const QUARTERLY = { periods: PERIODS.quarters, years: 50 };
/** One series in six is monthly, and one has only annual averages, as in the survey itself. */
const SHAPES = [
  QUARTERLY,
  QUARTERLY,
  QUARTERLY,
  QUARTERLY,
  { periods: PERIODS.months, years: 18 },
  { periods: PERIODS.annual, years: 60 },
];
const FOOTNOTES = ["R", "P", "R,C", "X"];

/**
 * The path of a data file of at least `megabytes` megabytes (of 10 ** 6 bytes). The file is generated on first
 * use in the system's temporary folder and kept there. About 0.2% of the rows have no value, and 3% have a
 * footnote. Rows are sorted by series, year, and period, and end with CRLF.
 */
export function benchDataFile(megabytes: number): string {
  const folder = join(tmpdir(), "data-quest-bench");
  const path = join(folder, `pr.data.${megabytes}MB`);
  if (existsSync(path) && statSync(path).size >= megabytes * 1e6) return path;
  mkdirSync(folder, { recursive: true });
  const fd = openSync(`${path}.part`, "w");
  const random = seeded(megabytes);
  let bytes = writeSync(fd, "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n");
  for (let number = 0; bytes < megabytes * 1e6; number++) bytes += writeSync(fd, seriesRows(number, random));
  closeSync(fd);
  renameSync(`${path}.part`, path);
  return path;
}

/**
 * The path of a later version of a data file, with some different values in the last year. It is kept like the
 * original file.
 */
export function revisedDataFile(path: string): string {
  const revised = `${path}.revised`;
  if (existsSync(revised) && statSync(revised).size === statSync(path).size) return revised;
  const from = openSync(path, "r");
  const to = openSync(`${revised}.part`, "w");
  const bytes = Buffer.alloc(1 << 24);
  const random = seeded(1);
  for (let length = readSync(from, bytes); length > 0; length = readSync(from, bytes)) {
    for (
      let at = bytes.indexOf("\t2025\t");
      at >= 0 && at + 22 < length;
      at = bytes.indexOf("\t2025\t", at + 1)
    ) {
      // The last digit of the value, if there is one.
      const digit = bytes.indexOf("\t", at + 10) - 1;
      if (random() < 0.05 && digit < length && (bytes[digit] ?? 0) >= 0x30)
        bytes[digit] = 0x30 + Math.floor(random() * 10);
    }
    writeSync(to, bytes, 0, length);
  }
  closeSync(from);
  closeSync(to);
  renameSync(`${revised}.part`, revised);
  return revised;
}

function seriesRows(number: number, random: () => number): string {
  const id = `PRS${String(30_000_000 + number)}`.padEnd(17);
  const { periods, years } = SHAPES[number % SHAPES.length] ?? { periods: [], years: 0 };
  const decimals = number % 3 === 0 ? 3 : 1;
  const level = decimals === 3 ? 100 : 4;
  let rows = "";
  for (let year = 2026 - years; year < 2026; year++) {
    for (const period of periods) {
      const chance = random();
      const value = (level * (random() * 2 - (decimals === 3 ? 0 : 0.6))).toFixed(decimals);
      const shown = chance < 0.001 ? "-" : chance < 0.002 ? "" : value;
      const footnote = chance > 0.97 ? FOOTNOTES[Math.floor(random() * FOOTNOTES.length)] : "";
      rows += `${id}\t${year}\t${period}\t${shown.padStart(12)}\t${footnote}\r\n`;
    }
  }
  return rows;
}

/** Numbers from 0 to 1 (exclusive), the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

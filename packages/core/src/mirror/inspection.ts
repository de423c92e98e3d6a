/** Inspects a file while it streams: does the content match the name? */
import { FileRefused } from "../errors.ts";

/**
 * Receives every chunk in turn, then the end. Throws FileRefused. The result does not depend on how a file is
 * split into chunks.
 */
export type Inspection = { see: (chunk: Uint8Array) => void; end: () => void };

const HEAD_BYTES = 4096;
const LONGEST_LINE = 4096;
/** How many bytes from the start of a line suffice to judge it. */
const LOOK_AHEAD = LONGEST_LINE + 1;
const NUL = 0;
const TAB = 9;
const NEWLINE = 10;
const DATA_COLUMNS = ["series_id", "year", "period", "value"];

/**
 * An inspection of the file `path`. A web page, recognized by its Content-Type or its beginning, is refused
 * unless the file's name is that of a web page. A data file (`<survey>.data.<n>.<Name>`, with numbers such as
 * 0 and 00a) must start with a data file's columns and continue with lines of at most 4096 bytes that have tabs.
 * The reader decides whether each line can be read.
 */
export function inspectFile(path: string, contentType: string | undefined): Inspection {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const isPage = /\.x?html?$/i.test(name);
  if (!isPage && /^(text\/html|application\/xhtml)\b/i.test(contentType ?? ""))
    throw refusal(path, `its Content-Type is ${contentType}`);
  const isData = /^[a-z0-9]+\.data\.\d\w*\./i.test(name);
  const lines = isData ? inspectLines(path) : undefined;
  let head: Buffer | undefined = Buffer.alloc(0);

  function judgeHead(bytes: Buffer): void {
    const text = bytes.toString("latin1").replace(/^\u00ef\u00bb\u00bf/, "");
    if (!isPage && /^\s*<[!?a-z]/i.test(text))
      throw refusal(path, `it is a web page: ${JSON.stringify(text.trim().slice(0, 60))}`);
    if (!isData) return;
    const line = text.split("\n", 1)[0] ?? "";
    const columns = line.split("\t").map((column) => column.trim().toLowerCase());
    const missing = DATA_COLUMNS.filter((column) => !columns.includes(column));
    if (missing.length > 0)
      throw refusal(
        path,
        `its first line lacks the columns ${missing.join(", ")}: ${JSON.stringify(line.slice(0, 80))}`,
      );
  }

  return {
    see(bytes) {
      if (head === undefined) return lines?.see(bytes);
      const more = bytes.subarray(0, HEAD_BYTES - head.length);
      head = Buffer.concat([head, more]);
      if (head.length < HEAD_BYTES) return;
      const whole = head;
      head = undefined;
      judgeHead(whole);
      lines?.see(whole);
      lines?.see(bytes.subarray(more.length));
    },
    end() {
      if (head !== undefined) {
        judgeHead(head);
        lines?.see(head);
      }
      lines?.end();
    },
  };
}

/**
 * The inspection of a data file's lines: each must have at most LONGEST_LINE bytes, and a tab unless it is
 * blank.
 */
function inspectLines(path: string): Inspection {
  /** The seam between two chunks. Its first `kept` bytes are not judged yet, and begin with the start of a line. */
  const seam = Buffer.allocUnsafe(2 * LOOK_AHEAD);
  let kept = 0;
  let length = 0;
  let tabAt = 0;

  /** Judges the line that starts at `from`. Returns the start of the next one. */
  function judgeLine(text: Buffer, from: number): number {
    // Most rows are as long as the previous row and have a tab in the same place. Checking that place first
    // saves searches. Several lines that together look like such a row pass as one line.
    const hasTab = text[from + tabAt] === TAB;
    if (hasTab && text[from + length] === NEWLINE) return from + length + 1;
    const newline = text.indexOf(NEWLINE, from);
    length = (newline === -1 ? text.length : newline) - from;
    const next = from + length + 1;
    if (length > LONGEST_LINE) throw refusal(path, `it has a line of more than ${LONGEST_LINE} bytes`);
    if (hasTab && tabAt < length) return next;
    const line = text.subarray(from, from + length);
    tabAt = line.indexOf(TAB);
    if (tabAt !== -1) return next;
    const content = line.toString("latin1").trim();
    if (content === "") return next;
    throw refusal(path, `a line has no tab: ${JSON.stringify(content.slice(0, 80))}`);
  }

  /** Judges each line whose start is followed by enough bytes to judge it. Returns the start of the next line. */
  function judgeLines(text: Buffer, begin: number): number {
    let from = begin;
    while (from + LOOK_AHEAD <= text.length) from = judgeLine(text, from);
    return from;
  }

  function end(): void {
    const rest = seam.subarray(0, kept);
    for (let from = 0; from < kept; ) from = judgeLine(rest, from);
  }

  return {
    see(bytes) {
      const nul = bytes.indexOf(NUL);
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, nul === -1 ? bytes.byteLength : nul);
      // A seam is always copied into the same memory: a new buffer for each would create garbage
      // amounting to a tenth of the file's size.
      const filled = kept + chunk.copy(seam, kept, 0, LOOK_AHEAD);
      const from = judgeLines(seam.subarray(0, filled), 0);
      kept =
        chunk.length <= LOOK_AHEAD
          ? seam.copy(seam, 0, from, filled)
          : chunk.copy(seam, 0, judgeLines(chunk, from - kept));
      if (nul === -1) return;
      end();
      throw refusal(path, "it has NUL bytes, which text files do not have");
    },
    end,
  };
}

function refusal(path: string, reason: string): FileRefused {
  return new FileRefused(
    `${path} is not what its name says: ${reason}. The stored version stays; once the source serves the file again, redrive the execution`,
  );
}

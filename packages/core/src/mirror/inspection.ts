/** A look at a file while it streams by: is it what its name says? */
import { FileRefused } from "../errors.ts";

/** Sees every chunk in turn, then the end. Throws FileRefused. */
export type Inspection = { see: (chunk: Uint8Array) => void; end: () => void };

const HEAD_BYTES = 4096;
const LONGEST_LINE = 4096;
const NEWLINE = 10;
const TAB = 9;
const DATA_COLUMNS = ["series_id", "year", "period", "value"];

/**
 * An inspection of the file `path`. A web page is refused in place of any file that is not named as one. A data file
 * (`<survey>.data.<n>.<Name>`, with numbers such as 0 and 00a) must begin with the columns of one and go on in tab separated lines; one line in each chunk is
 * looked at, and a stretch without a line end is refused. Whether each line can be read is the reader's to say.
 */
export function inspectFile(path: string, contentType: string | undefined): Inspection {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const isPage = /\.x?html?$/i.test(name);
  const isData = /^[a-z0-9]+\.data\.\d\w*\./i.test(name);
  if (!isPage && /^text\/html\b|^application\/xhtml/i.test(contentType ?? "") && isData)
    throw refusal(path, `it came as ${contentType}`);
  let head: Buffer | undefined = Buffer.alloc(0);
  let unfinished = 0;

  function judgeHead(bytes: Buffer): void {
    const text = bytes.toString("latin1").replace(/^\u00ef\u00bb\u00bf/, "");
    if (!isPage && /^\s*(<!doctype|<html|<head|<body|<\?xml|<!--)/i.test(text))
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

  // One search from each end of the chunk bounds the lines without looking at each of them.
  function judgeLines(chunk: Buffer): void {
    const first = chunk.indexOf(NEWLINE);
    const last = chunk.lastIndexOf(NEWLINE);
    unfinished =
      first === -1 ? unfinished + chunk.length : Math.max(unfinished + first, chunk.length - 1 - last);
    if (unfinished > LONGEST_LINE) throw refusal(path, `it has a line of more than ${LONGEST_LINE} bytes`);
    if (first !== -1) unfinished = chunk.length - 1 - last;
    const second = first === -1 ? -1 : chunk.indexOf(NEWLINE, first + 1);
    if (second === -1) return;
    const line = chunk.subarray(first + 1, second);
    if (!line.includes(TAB) && line.toString("latin1").trim() !== "") {
      const text = JSON.stringify(line.toString("latin1").slice(0, 80));
      throw refusal(path, `a line has no tab in it: ${text}`);
    }
  }

  return {
    see(bytes) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (head === undefined) {
        if (isData) judgeLines(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length < HEAD_BYTES) return;
      const whole = head;
      head = undefined;
      judgeHead(whole.subarray(0, HEAD_BYTES));
      if (isData) judgeLines(whole);
    },
    end() {
      if (head !== undefined) judgeHead(head);
    },
  };
}

function refusal(path: string, reason: string): FileRefused {
  return new FileRefused(
    `${path} is not what its name says: ${reason}. What is stored stays; look at the source, then redrive the execution`,
  );
}

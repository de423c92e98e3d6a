/** The names of series as fields of a CSV file. */
import type { Cell, NamesInOrder } from "../../bls-file/names.ts";
import { append, appendText, type ByteSink, createByteSink } from "../../bytes/byte-sink.ts";
import { startOf } from "../../bytes/dictionaries.ts";
import { csvText } from "../../csv.ts";

const NONE = -1;
/** A field that contains one of these bytes or starts like a formula must be quoted or escaped. */
const SPECIAL = Buffer.from('",;\r\n');
/** The bytes with which a formula can start. The last byte starts full-width characters in UTF-8. */
const FIRST_OF_FORMULA = Buffer.from([...Buffer.from("=+-@\t"), 0xef]);

const isSpecial = new Uint8Array(256);
for (const byte of SPECIAL) isSpecial[byte] = 1;
const mayStartFormula = new Uint8Array(256);
for (const byte of FIRST_OF_FORMULA) mayStartFormula[byte] = 1;

export type NameFields = {
  /** Adds the text that the found series has in this column, as `csvText` writes it. */
  append(sink: ByteSink, column: number): void;
};

/** Writes names as fields. Each text of a mapping file is formatted once. */
export function createNameFields(names: NamesInOrder): NameFields {
  const formatted = names.texts.map((texts) => ({
    sink: createByteSink(),
    starts: new Int32Array(texts?.size ?? 0).fill(NONE),
    ends: new Int32Array(texts?.size ?? 0),
  }));

  function format(column: number, entry: number): void {
    const fields = formatted[column];
    const texts = names.texts[column];
    if (fields === undefined || texts === undefined) return;
    fields.starts[entry] = fields.sink.length;
    appendText(
      fields.sink,
      csvText(texts.sink.bytes.toString("utf8", startOf(texts, entry), texts.ends[entry])),
    );
    fields.ends[entry] = fields.sink.length;
  }

  return {
    append(sink, column) {
      const entry = names.entry(column);
      const fields = formatted[column];
      if (entry < 0 || fields === undefined) return appendCell(sink, names.cell(column));
      if (fields.starts[entry] === NONE) format(column, entry);
      append(sink, fields.sink.bytes, fields.starts[entry], fields.ends[entry]);
    },
  };
}

function appendCell(sink: ByteSink, { bytes, start, end }: Cell): void {
  let isPlain = mayStartFormula[bytes[start] ?? 0] === 0 || start === end;
  for (let at = start; at < end && isPlain; at++) isPlain = isSpecial[bytes[at] ?? 0] === 0;
  if (isPlain) append(sink, bytes, start, end);
  else appendText(sink, csvText(bytes.toString("utf8", start, end)));
}

/** Reads the observations of a data file into columns, series by series. */
import { SeriesOutOfOrder } from "../bls-file/block-order.ts";
import { type DataColumns, malformed, readDataHeader } from "../bls-file/columns.ts";
import { decodeText } from "../bls-file/lines.ts";
import { createRowReader, type RowReader } from "../bls-file/read-row.ts";
import { utf8Bytes } from "../bls-file/text-bytes.ts";
import { addBytes, placeOfBytes } from "../bytes/dictionaries.ts";
import { unitsAt } from "../decimal.ts";
import { type DecimalType, USUAL_TYPE } from "./decimal-type.ts";
import {
  createObservationBatch,
  enlargeRows,
  enlargeSeries,
  keepLastSeries,
  keepUsedFootnotes,
  type ObservationBatch,
  sortRows,
} from "./observation-batch.ts";
import { type RowBefore, scanObservations } from "./scan-observations.ts";
import { timeOf } from "./time-order.ts";

const TAB = 9;
const LF = 10;
const SPACE = 32;
const NONE = -1;
const WIDE_BYTES = 16;

/** A value that the decimal type cannot hold exactly. */
export class ValueDoesNotFit extends Error {
  override readonly name = "ValueDoesNotFit";
}

export type ObservationReader = {
  batch: ObservationBatch;
  /**
   * Takes whole lines, each with its LF, the header first. Does not keep the buffer. Returns the number of
   * lines taken since the file's start.
   */
  takeLines(bytes: Buffer, start: number, end: number): number;
  /** Takes whole lines without a header. The first of these lines is line `line` of the file. */
  takeLinesAt(line: number, columns: DataColumns, bytes: Buffer): void;
  /** How many rows of the batch belong to complete series. */
  completeRows(): number;
  /** Declares the last series complete. */
  end(): void;
  /** Drops the rows of complete series from the batch. */
  drop(): void;
};

/**
 * A reader of the data file `file`, whose series must be sorted by ID. The rows of a series may come in any
 * order.
 *
 * The reader's functions throw DataFileMalformed if a row cannot be read, or if a second row has a value for the
 * same series, year, and period. They throw SeriesOutOfOrder if a series does not sort after the previous series,
 * and ValueDoesNotFit if the decimal type cannot hold a value.
 */
export function createObservationReader(file: string, type: DecimalType): ObservationReader {
  const isWide = type.precision > USUAL_TYPE.precision;
  const limit = 10n ** BigInt(type.precision);
  const batch = createObservationBatch(isWide);
  let format: { columns: DataColumns; reader: RowReader } | undefined;
  let line = 0;
  let ended = false;
  /** The current series' ID, as in the file. */
  let id: string | undefined;
  /** The sort key of the current series: its ID in UTF-8, one character per byte. */
  let sortedId: string | undefined;
  let lastTime = NONE;
  let lastValuedTime = NONE;
  /** The times of the current series' values. Undefined until its rows turn out to be unsorted. */
  let valuedTimes: Set<number> | undefined;

  function beginSeries(next: string): void {
    const text = utf8Bytes(Buffer.from(next, "latin1"));
    const sorted = text.length === next.length ? next : text.toString("latin1");
    if (sortedId !== undefined && sorted <= sortedId) throw new SeriesOutOfOrder();
    finishSeries();
    id = next;
    sortedId = sorted;
    if (batch.series === batch.firstRows.length) enlargeSeries(batch);
    batch.firstRows[batch.series++] = batch.rows;
    addBytes(batch.ids, text, 0, text.length);
    lastTime = NONE;
    lastValuedTime = NONE;
  }

  function finishSeries(): void {
    if (valuedTimes !== undefined) sortRows(batch, batch.firstRows[batch.series - 1] ?? 0);
    valuedTimes = undefined;
  }

  function collectValuedTimes(): Set<number> {
    const times = new Set<number>();
    for (let row = batch.firstRows[batch.series - 1] ?? 0; row < batch.rows; row++) {
      if (batch.valued[row] === 1) times.add(timeOf(batch.years[row] ?? 0, batch.periods[row] ?? 0));
    }
    return times;
  }

  function isSecondValue(time: number): boolean {
    if (valuedTimes === undefined) return time === lastValuedTime;
    return valuedTimes.has(time);
  }

  /** Adds one row, whatever its layout, and returns whether scanObservations() may read the rows after it. */
  function takeRow(
    bytes: Buffer,
    start: number,
    end: number,
    reader: RowReader,
    columns: DataColumns,
  ): boolean {
    line++;
    if (!reader.read(bytes, start, end, line)) return false;
    const { id: nextId, year, period, units, decimals } = reader.row;
    if (nextId !== id) beginSeries(nextId);
    if (batch.rows === batch.years.length) enlargeRows(batch);
    const row = batch.rows;
    const time = timeOf(year, period);
    if (time < lastTime && valuedTimes === undefined) valuedTimes = collectValuedTimes();
    lastTime = time;
    if (units !== undefined) {
      if (isSecondValue(time)) {
        const fault = "a second value for the same series, year, and period";
        throw malformed(file, line, bytes.subarray(start, end), fault);
      }
      lastValuedTime = time;
      valuedTimes?.add(time);
      if (!setValue(row, units, decimals)) {
        const { message } = malformed(
          file,
          line,
          bytes.subarray(start, end),
          "the value does not fit its type",
        );
        throw new ValueDoesNotFit(message);
      }
    }
    batch.valued[row] = units === undefined ? 0 : 1;
    batch.years[row] = year;
    batch.periods[row] = period;
    batch.footnotes[row] = footnotePlace(bytes, reader.bounds, columns.footnotes);
    batch.rows = row + 1;
    return canScanBehind(bytes, start, reader.bounds, columns);
  }

  function setValue(row: number, units: number | bigint, decimals: number): boolean {
    const scaled = unitsAt({ units: BigInt(units), decimals }, type.scale);
    if (scaled === undefined || scaled >= limit || scaled <= -limit) return false;
    if (isWide) {
      batch.wide.writeBigInt64BE(scaled >> 64n, WIDE_BYTES * row);
      batch.wide.writeBigUInt64BE(BigInt.asUintN(64, scaled), WIDE_BYTES * row + 8);
    } else {
      batch.words[2 * row] = Number(BigInt.asIntN(32, scaled));
      batch.words[2 * row + 1] = Number(scaled >> 32n);
    }
    return true;
  }

  function footnotePlace(bytes: Buffer, bounds: Int32Array, column: number): number {
    if (column < 0) return NONE;
    const start = bounds[2 * column] ?? 0;
    let end = bounds[2 * column + 1] ?? 0;
    // A tab at the end of the line does not belong to a column.
    while (end > start && (bytes[end - 1] === TAB || bytes[end - 1] === SPACE)) end--;
    if (end === start) return NONE;
    const text = utf8Bytes(bytes.subarray(start, end));
    return placeOfBytes(batch.footnoteTexts, text, 0, text.length);
  }

  /**
   * True if rows with this row's layout can be scanned: the usual columns, with padding only in series_id and
   * the value.
   */
  function canScanBehind(bytes: Buffer, start: number, bounds: Int32Array, columns: DataColumns): boolean {
    const { count, seriesId, year, period, value, footnotes } = columns;
    if (isWide || valuedTimes !== undefined) return false;
    if (count !== 5 || seriesId !== 0 || year !== 1 || period !== 2 || value !== 3 || footnotes !== 4)
      return false;
    const idLength = (bounds[2] ?? 0) - start;
    // For later IDs, only the part that differs from this ID is checked, so this ID is checked completely.
    for (let at = start; at < (bounds[1] ?? 0); at++) {
      const byte = bytes[at] ?? 0;
      if (byte <= SPACE || byte > 126) return false;
    }
    return (
      bytes[start + idLength - 1] === TAB &&
      bytes[start + idLength + 4] === TAB &&
      bytes[start + idLength + 8] === TAB
    );
  }

  function takeRows(bytes: Buffer, from: number, end: number): number {
    if (format === undefined) throw new Error("the header must come before the rows");
    const { columns, reader } = format;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const before: RowBefore = { start: 0, idLength: 0, time: NONE, valuedTime: NONE };
    let at = from;
    while (at < end) {
      // Rows are too short for indexOf() to pay off.
      let next = at;
      while (bytes[next] !== LF) next++;
      const canScan = takeRow(bytes, at, next, reader, columns);
      if (canScan) {
        before.start = at;
        before.idLength = (reader.bounds[2] ?? 0) - at;
        before.time = lastTime;
        before.valuedTime = lastValuedTime;
        const rows = batch.rows;
        const series = batch.series;
        const room = batch.years.length - rows;
        const seriesRoom = batch.firstRows.length - series;
        at = scanObservations(bytes, view, next + 1, end, batch, before, type.scale, room, seriesRoom);
        line += batch.rows - rows;
        if (batch.series > series) {
          id = bytes.toString("latin1", before.start, before.start + before.idLength - 1).trimEnd();
          sortedId = id;
        }
        lastTime = before.time;
        lastValuedTime = before.valuedTime;
      } else {
        at = next + 1;
      }
    }
    return line;
  }

  function takeLines(bytes: Buffer, start: number, end: number): number {
    if (format !== undefined) return takeRows(bytes, start, end);
    const headerEnd = bytes.indexOf(LF, start);
    line++;
    setColumns(readDataHeader(file, decodeText(bytes.subarray(start, headerEnd))));
    return takeRows(bytes, headerEnd + 1, end);
  }

  function setColumns(columns: DataColumns): void {
    if (format?.columns !== columns) format = { columns, reader: createRowReader(file, columns) };
  }

  return {
    batch,
    takeLines,
    takeLinesAt(firstLine, columns, bytes) {
      setColumns(columns);
      line = firstLine - 1;
      takeRows(bytes, 0, bytes.length);
    },
    completeRows: () => (ended || batch.series === 0 ? batch.rows : (batch.firstRows[batch.series - 1] ?? 0)),
    end() {
      if (format === undefined) throw malformed(file, 1, "", "the file is empty, without even a header");
      finishSeries();
      ended = true;
    },
    drop() {
      if (ended) {
        batch.rows = 0;
        batch.series = 0;
        batch.ids.size = 0;
        batch.ids.sink.length = 0;
        return;
      }
      keepLastSeries(batch);
      keepUsedFootnotes(batch, (text) => placeOfBytes(batch.footnoteTexts, text, 0, text.length));
    },
  };
}

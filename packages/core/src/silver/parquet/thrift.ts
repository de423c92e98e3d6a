/**
 * Writes Thrift's compact protocol, which Parquet uses for its metadata
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
 */
import { append, type ByteSink, createByteSink, reserve } from "../../bytes/byte-sink.ts";

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** A value with its Thrift type. Build one with the functions below. */
export type ThriftValue = { type: number; write(sink: ByteSink): void };

/** A struct's fields by ID, in ascending order. Undefined fields are left out. */
export type ThriftFields = readonly (readonly [id: number, value: ThriftValue | undefined])[];

export const i16 = (value: number): ThriftValue => integer(I16, value);
export const i32 = (value: number): ThriftValue => integer(I32, value);
/** A 64-bit integer that a double represents exactly. */
export const i64 = (value: number): ThriftValue => integer(I64, value);

/** A Boolean field, whose type encodes its value. */
export const bool = (value: boolean): ThriftValue => ({
  type: value ? TRUE : FALSE,
  write: (sink) => {
    // Only lists write the value separately.
    reserve(sink, 1)[sink.length++] = value ? TRUE : FALSE;
  },
});

export const binary = (value: Uint8Array | string): ThriftValue => ({
  type: BINARY,
  write: (sink) => {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    writeVarint(sink, bytes.length);
    append(sink, bytes);
  },
});

/** A list of values of one type. The type of an empty list's elements is that of `kind`. */
export const list = (values: readonly ThriftValue[], kind: ThriftValue = struct([])): ThriftValue => ({
  type: LIST,
  write: (sink) => {
    const type = (values[0] ?? kind).type;
    // In a list header, Booleans always have the type TRUE.
    const element = type === FALSE ? TRUE : type;
    const bytes = reserve(sink, 1);
    if (values.length < 15) {
      bytes[sink.length++] = (values.length << 4) | element;
    } else {
      bytes[sink.length++] = 0xf0 | element;
      writeVarint(sink, values.length);
    }
    for (const value of values) value.write(sink);
  },
});

export const struct = (fields: ThriftFields): ThriftValue => ({
  type: STRUCT,
  write: (sink) => {
    let before = 0;
    for (const [id, value] of fields) {
      if (value === undefined) continue;
      const bytes = reserve(sink, 1);
      const step = id - before;
      if (step > 0 && step < 16) {
        bytes[sink.length++] = (step << 4) | value.type;
      } else {
        bytes[sink.length++] = value.type;
        writeVarint(sink, zigzag(id));
      }
      before = id;
      if (value.type !== TRUE && value.type !== FALSE) value.write(sink);
    }
    reserve(sink, 1)[sink.length++] = STOP;
  },
});

/** The bytes of a value. */
export function thriftBytes(value: ThriftValue): Buffer {
  const sink = createByteSink();
  value.write(sink);
  return sink.bytes.subarray(0, sink.length);
}

function integer(type: number, value: number): ThriftValue {
  return { type, write: (sink) => writeVarint(sink, zigzag(value)) };
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** Writes a whole number of up to 53 bits, seven bits per byte, lowest bits first. */
function writeVarint(sink: ByteSink, value: number): void {
  const bytes = reserve(sink, 10);
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes[sink.length++] = (left % 128) | 128;
  bytes[sink.length++] = left;
}

/** The columns of a Parquet file, with the few types that Silver uses. */
import { binary, i32, struct, type ThriftValue } from "./thrift.ts";

/** Decimals of at most 18 digits are stored as 64-bit integers, and longer decimals in 16 bytes. */
type ColumnType =
  | { kind: "text" }
  | { kind: "integer" }
  | { kind: "decimal"; precision: number; scale: number };

export type Column = {
  name: string;
  type: ColumnType;
  /** Values may be null. */
  optional: boolean;
  /** The values ascend from the file's first row to the last, and the bounds of each page are recorded. */
  sorted?: boolean;
};

/** The largest number of digits of a decimal that is stored as a 64-bit integer. */
const MOST_LONG_DIGITS = 18;

const LOGICAL_STRING = 1;
const LOGICAL_DECIMAL = 5;
const CONVERTED_UTF8 = 0;
const CONVERTED_DECIMAL = 5;
const OPTIONAL = 1;
const FIXED_LENGTH = 7;
const WIDE_DECIMAL_BYTES = 16;

/** Parquet's number for a column's physical type. */
export function physicalType({ type }: Column): number {
  if (type.kind === "text") return 6;
  if (type.kind === "integer") return 1;
  return type.precision <= MOST_LONG_DIGITS ? 2 : FIXED_LENGTH;
}

/** The size of each of a column's values in bytes. Undefined if it varies. */
export function valueBytes(column: Column): number | undefined {
  return { 1: 4, 2: 8, 6: undefined, 7: WIDE_DECIMAL_BYTES }[physicalType(column)];
}

/** The schema elements of a file: its root, then its columns. */
export function schemaElements(columns: readonly Column[]): ThriftValue[] {
  return [
    struct([
      [4, binary("schema")],
      [5, i32(columns.length)],
    ]),
    ...columns.map(elementOf),
  ];
}

function elementOf(column: Column): ThriftValue {
  const { name, type, optional } = column;
  const physical = physicalType(column);
  return struct([
    [1, i32(physical)],
    [2, physical === FIXED_LENGTH ? i32(WIDE_DECIMAL_BYTES) : undefined],
    [3, i32(optional ? OPTIONAL : 0)],
    [4, binary(name)],
    [6, type.kind === "integer" ? undefined : i32(type.kind === "text" ? CONVERTED_UTF8 : CONVERTED_DECIMAL)],
    [7, type.kind === "decimal" ? i32(type.scale) : undefined],
    [8, type.kind === "decimal" ? i32(type.precision) : undefined],
    [10, logicalType(type)],
  ]);
}

function logicalType(type: ColumnType): ThriftValue | undefined {
  if (type.kind === "text") return struct([[LOGICAL_STRING, struct([])]]);
  if (type.kind === "integer") return undefined;
  const decimal = struct([
    [1, i32(type.scale)],
    [2, i32(type.precision)],
  ]);
  return struct([[LOGICAL_DECIMAL, decimal]]);
}

import type { ChecksumAlgorithm } from "./checksums.ts";

/** S3's CRCs: width in bits, and polynomial in reversed bit order. */
const CRCS = {
  CRC32: { bits: 32n, polynomial: 0xedb88320n },
  CRC32C: { bits: 32n, polynomial: 0x82f63b78n },
  CRC64NVME: { bits: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
} as const;
export type CrcAlgorithm = keyof typeof CRCS;

/** Whether checksums of parts can be combined into the checksum of the whole, which S3 calls FULL_OBJECT. */
export function isCrc(algorithm: ChecksumAlgorithm): algorithm is CrcAlgorithm {
  return algorithm in CRCS;
}

/**
 * Computes the CRC of a whole from the CRCs (base64) and lengths (bytes) of its consecutive parts, without
 * reading the parts again. A CRC is a remainder of polynomial division, so appending n bytes multiplies what
 * came before by x^(8n).
 */
export function combineCrcs(algorithm: CrcAlgorithm, parts: { checksum: string; size: number }[]): string {
  const { bits, polynomial } = CRCS[algorithm];
  let whole = 0n;
  for (const part of parts) {
    const shift = power(BigInt(part.size) * 8n, bits, polynomial);
    whole =
      multiply(whole, shift, bits, polynomial) ^
      BigInt(`0x${Buffer.from(part.checksum, "base64").toString("hex")}`);
  }
  return Buffer.from(whole.toString(16).padStart(Number(bits) / 4, "0"), "hex").toString("base64");
}

/** a times b modulo the polynomial. Bits are reversed: the highest bit is the coefficient of x^0. */
function multiply(a: bigint, b: bigint, bits: bigint, polynomial: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = bits - 1n; bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
  }
  return product;
}

/** x to the power of `exponent`, modulo the polynomial, by repeated squaring. */
function power(exponent: bigint, bits: bigint, polynomial: bigint): bigint {
  let result = 1n << (bits - 1n);
  let square = 1n << (bits - 2n);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(result, square, bits, polynomial);
    square = multiply(square, square, bits, polynomial);
  }
  return result;
}

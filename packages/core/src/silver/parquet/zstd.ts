/** Compresses pages with ZSTD. */
import { constants, zstdCompressSync } from "node:zlib";

/** Up to this size, calling zlib costs more than it saves. */
const STORED = 48;
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** A ZSTD frame (RFC 8878) of `bytes`. If `bytes` is short, it is stored uncompressed in a single raw block. */
export function zstdFrame(bytes: Buffer): Buffer {
  const { length } = bytes;
  if (length > STORED) return zstdCompressSync(bytes, OPTIONS);
  const frame = Buffer.allocUnsafe(length + 9);
  frame.writeUInt32LE(0xfd2fb528, 0);
  // A descriptor (a single segment with a one-byte size and no checksum), then the size, then the header of a
  // raw block that is also the last block.
  frame[4] = 0x20;
  frame[5] = length;
  frame.writeUIntLE((length << 3) | 1, 6, 3);
  bytes.copy(frame, 9);
  return frame;
}

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";

/** The checksum algorithms that S3 stores with an object, by their API names. */
export const ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof ALGORITHMS)[number];

/** Whether a checksum covers the whole object or its parts' checksums. */
export const CHECKSUM_TYPES = ["FULL_OBJECT", "COMPOSITE"] as const;

const DIGEST_BYTES: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** The name of the header or trailer that carries a checksum, such as `x-amz-checksum-crc32`. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The XML element that carries a checksum, such as `ChecksumCRC32`. */
export function checksumElement(algorithm: ChecksumAlgorithm): `Checksum${ChecksumAlgorithm}` {
  return `Checksum${algorithm}`;
}

/** Whether `value` is base64 with the length of the algorithm's digests. */
export function isDigest(algorithm: ChecksumAlgorithm, value: string): boolean {
  return isBase64Of(DIGEST_BYTES[algorithm], value);
}

/** Whether `value` is the canonical base64 of `bytes` bytes. */
export function isBase64Of(bytes: number, value: string): boolean {
  const decoded = Buffer.from(value, "base64");
  return decoded.length === bytes && decoded.toString("base64") === value;
}

/**
 * Digests of some bytes: their MD5, and the requested checksums (base64). `checksum` throws an Error if the
 * checksum was not requested.
 */
export type Digests = { md5: Buffer; checksum: (algorithm: ChecksumAlgorithm) => string };

/** Computes digests. Pass each buffer to `update`, then call `digests` once. */
export type Digester = { update: (chunk: Buffer) => void; digests: () => Promise<Digests> };

/** Starts computing the MD5 and the given checksums of the bytes that `update` will receive. */
export function digester(algorithms: Iterable<ChecksumAlgorithm>): Digester {
  const md5 = createHash("md5");
  const hashers = [...new Set(algorithms)].map((algorithm) => ({ algorithm, hasher: hasher(algorithm) }));
  return {
    update: (chunk) => {
      md5.update(chunk);
      for (const each of hashers) each.hasher.update(chunk);
    },
    digests: async () => {
      const values = new Map<ChecksumAlgorithm, string>();
      for (const each of hashers) values.set(each.algorithm, (await each.hasher.digest()).toString("base64"));
      return {
        md5: md5.digest(),
        checksum: (algorithm) => {
          const value = values.get(algorithm);
          if (value === undefined) throw new Error(`The ${algorithm} of these bytes was not requested`);
          return value;
        },
      };
    },
  };
}

type Hasher = { update: (chunk: Buffer) => void; digest: () => Promise<Buffer> };

function hasher(algorithm: ChecksumAlgorithm): Hasher {
  switch (algorithm) {
    case "CRC32": {
      let value = 0;
      return {
        update: (chunk) => {
          value = crc32(chunk, value);
        },
        digest: async () => Buffer.from(value.toString(16).padStart(8, "0"), "hex"),
      };
    }
    case "CRC32C":
      return fromSdk(new Crc32c());
    case "CRC64NVME":
      return fromSdk(new Crc64Nvme());
    case "SHA1":
    case "SHA256": {
      const hash = createHash(algorithm);
      return { update: (chunk) => void hash.update(chunk), digest: async () => hash.digest() };
    }
  }
}

function fromSdk(checksum: { update(chunk: Uint8Array): void; digest(): Promise<Uint8Array> }): Hasher {
  return {
    update: (chunk) => checksum.update(chunk),
    digest: async () => Buffer.from(await checksum.digest()),
  };
}

/** The checksum of checksums that S3 stores for a multipart object of type COMPOSITE: `<base64>-<number of parts>`. */
export async function compositeChecksum(algorithm: ChecksumAlgorithm, parts: string[]): Promise<string> {
  const whole = digester([algorithm]);
  for (const part of parts) whole.update(Buffer.from(part, "base64"));
  return `${(await whole.digests()).checksum(algorithm)}-${parts.length}`;
}

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ALGORITHMS, type ChecksumAlgorithm, compositeChecksum, digester } from "./checksums.ts";
import { combineCrcs, isCrc } from "./crc-combine.ts";

async function digest(algorithm: ChecksumAlgorithm, ...chunks: Buffer[]): Promise<string> {
  const whole = digester([algorithm]);
  for (const chunk of chunks) whole.update(chunk);
  return (await whole.digests()).checksum(algorithm);
}

describe("checksums", () => {
  // The check values of "123456789" from the CRC catalog, and its hashes from sha1sum and sha256sum.
  test.each([
    ["CRC32", "cbf43926"],
    ["CRC32C", "e3069283"],
    ["CRC64NVME", "ae8b14860a799888"],
    ["SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
    ["SHA256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
  ] as const)("computes %s", async (algorithm, expected) => {
    const value = await digest(algorithm, Buffer.from("1234"), Buffer.from("56789"));
    expect(Buffer.from(value, "base64").toString("hex")).toBe(expected);
  });

  test.each(ALGORITHMS.filter(isCrc))(
    "combines the %s checksums of parts into the checksum of the whole",
    async (algorithm) => {
      const parts = fc.array(fc.uint8Array({ maxLength: 70 }), { minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(parts, async (arrays) => {
          const buffers = arrays.map((array) => Buffer.from(array));
          const each = await Promise.all(
            buffers.map(async (buffer) => ({
              checksum: await digest(algorithm, buffer),
              size: buffer.length,
            })),
          );
          expect(combineCrcs(algorithm, each)).toBe(await digest(algorithm, ...buffers));
        }),
        { seed: 1, numRuns: 60 },
      );
    },
  );

  test("computes a checksum of checksums, followed by the number of parts", async () => {
    const parts = [await digest("SHA256", Buffer.from("a")), await digest("SHA256", Buffer.from("b"))];
    const joined = Buffer.concat(parts.map((part) => Buffer.from(part, "base64")));
    expect(await compositeChecksum("SHA256", parts)).toBe(`${await digest("SHA256", joined)}-2`);
  });
});

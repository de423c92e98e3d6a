import { setImmediate } from "node:timers/promises";
import { S3Error, type S3ErrorCode } from "./errors.ts";

/**
 * A fault for tests to inject into a request: an error instead of the response (SlowDown, AccessDenied, ...);
 * a connection reset before anything is done, after `bytes` of the body (the request's body if there is one,
 * otherwise the response's), or after the work but before the response; a disk that is full after `bytes`; or
 * a part that is lost before CompleteMultipartUpload looks for it.
 */
export type S3Fault =
  | { kind: "error"; code: S3ErrorCode }
  | { kind: "reset"; when: "before" | "after" }
  | { kind: "reset"; when: "body"; bytes: number }
  | { kind: "diskFull"; bytes: number }
  | { kind: "lostPart"; partNumber: number };

/** Thrown to end a request without a response. */
export class ConnectionReset extends Error {}

/** Throws a fault's error if the fault strikes before the request is processed. */
export function failBefore(fault: S3Fault | undefined): void {
  if (fault?.kind === "error") throw new S3Error(fault.code);
  if (fault?.kind === "reset" && fault.when === "before")
    throw new ConnectionReset("reset before the request");
}

/** Passes a body on until the fault strikes. */
export async function* failWithin(
  source: AsyncIterable<Buffer>,
  fault: S3Fault | undefined,
): AsyncGenerator<Buffer> {
  const limit = fault !== undefined && "bytes" in fault ? fault.bytes : Number.POSITIVE_INFINITY;
  let passed = 0;
  for await (const chunk of source) {
    if (passed + chunk.length >= limit) {
      yield chunk.subarray(0, limit - passed);
      // The chunk must be sent before the connection ends.
      await setImmediate();
      if (fault?.kind === "reset") throw new ConnectionReset("reset within the body");
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    }
    passed += chunk.length;
    yield chunk;
  }
}

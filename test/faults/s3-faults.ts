/** The faults of S3, and how concurrent runs affect each other there. */
import type { S3Fault } from "@data-quest/s3-server";
import { keyOf } from "../mirror/publications.ts";
import type { FaultCase } from "./fault.ts";
import { done, fails, gaveUp, retried } from "./outcomes.ts";
import { CHANGED, type Scene } from "./scene.ts";

const LARGE = { changedBytes: 9 * 1024 * 1024 };

/** An S3 fault for this operation on the changed file, for this many requests or for all of them. */
function on(operation: string, fault: S3Fault, times = Number.POSITIVE_INFINITY) {
  return ({ harness, struck }: Scene) => {
    let left = times;
    harness.setS3Faults((record) => {
      if (record.operation !== operation || record.key !== keyOf(CHANGED) || left-- <= 0) return undefined;
      struck();
      return fault;
    });
  };
}

/** Makes `rival` act once, right before this operation on the changed file. */
function meanwhile(operation: string, rival: (scene: Scene) => Promise<unknown>) {
  return (scene: Scene) => {
    let acted = false;
    scene.harness.setS3Faults(async (record) => {
      if (acted || record.operation !== operation || record.key !== keyOf(CHANGED)) return undefined;
      acted = true;
      scene.struck();
      await rival(scene);
      return undefined;
    });
  };
}

const faults: Omit<FaultCase, "side">[] = [
  {
    fault: "503 SlowDown, once",
    begin: on("PutObject", { kind: "error", code: "SlowDown" }, 1),
    expected: done,
    note: "the client retries",
  },
  {
    fault: "503 SlowDown, always",
    begin: on("PutObject", { kind: "error", code: "SlowDown" }),
    expected: gaveUp("StorageUnavailable"),
  },
  {
    fault: "Access denied",
    begin: on("PutObject", { kind: "error", code: "AccessDenied" }),
    expected: fails("StorageRefused"),
  },
  {
    fault: "Full disk",
    begin: on("PutObject", { kind: "diskFull", bytes: 100_000 }),
    expected: gaveUp("StorageUnavailable"),
  },
  {
    fault: "Full disk in the middle of a large file",
    scene: LARGE,
    begin: on("UploadPart", { kind: "diskFull", bytes: 1_000_000 }),
    expected: gaveUp("StorageUnavailable"),
    note: "no multipart upload is left",
  },
  {
    fault: "Body corrupted on the way to S3",
    begin: on("PutObject", { kind: "error", code: "BadDigest" }, 1),
    expected: retried("StorageUnavailable"),
    note: "S3 verifies the SHA-256",
  },
  {
    fault: "Reset after PutObject succeeded, before its response",
    begin: on("PutObject", { kind: "reset", when: "after" }, 1),
    expected: done,
    note: "finds its own version",
  },
  {
    fault: "412 because of a concurrent run",
    begin: meanwhile("PutObject", ({ harness }) => harness.sync({}, "rival")),
    expected: done,
    note: "starts over, and finds the version of the other run",
  },
  {
    fault: "Another run writes after the upload, before its tags are written",
    scene: LARGE,
    begin: meanwhile("PutObjectTagging", async ({ harness, publish }) => {
      await publish(CHANGED, (await harness.body(keyOf(CHANGED))).subarray(0, -42));
      await harness.sync({}, "rival");
    }),
    expected: { ...done, changedFile: "another" },
    note: "the tags are written to the version that they describe",
  },
  {
    fault: "Reset in the middle of a part",
    scene: LARGE,
    begin: on("UploadPart", { kind: "reset", when: "body", bytes: 1_000_000 }, 1),
    expected: done,
    note: "the client sends the part again",
  },
  {
    fault: "Reset in the middle of every part",
    scene: LARGE,
    begin: on("UploadPart", { kind: "reset", when: "body", bytes: 1_000_000 }),
    expected: gaveUp("StorageUnavailable"),
    note: "no multipart upload is left",
  },
  {
    fault: "Part lost before CompleteMultipartUpload",
    scene: LARGE,
    begin: on("CompleteMultipartUpload", { kind: "lostPart", partNumber: 1 }, 1),
    expected: retried("StorageUnavailable"),
  },
  {
    fault: "Reset after CompleteMultipartUpload succeeded, before its response",
    scene: LARGE,
    begin: on("CompleteMultipartUpload", { kind: "reset", when: "after" }, 1),
    expected: done,
    note: "checks the version again, because its tags are missing",
  },
  {
    fault: "Access denied for the tags of an upload",
    scene: LARGE,
    begin: on("PutObjectTagging", { kind: "error", code: "AccessDenied" }),
    expected: { ...fails("StorageRefused"), changedFile: "new" },
    note: "the version is not trusted until it has been checked again",
  },
];

export const s3Faults: FaultCase[] = faults.map((fault) => ({ side: "S3", ...fault }));

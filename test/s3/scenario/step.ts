import type { S3Client } from "@aws-sdk/client-s3";

/** What later steps need from earlier steps. */
export type Memory = Map<string, string>;

/** One call. What `run` picks from the output must be the same on every server. */
export type Step = {
  name: string;
  /** Whether the response has an object's headers. */
  read: boolean;
  run: (client: S3Client, memory: Memory) => Promise<unknown>;
};

/** The two buckets that the steps use. */
export const plain = { Bucket: "plain-bucket" };
export const versioned = { Bucket: "versioned-bucket" };

export function step(name: string, run: Step["run"]): Step {
  return {
    name,
    read: /^(get|head|body)\b/.test(name) && !/tags|policy|lifecycle|encryption/.test(name),
    run,
  };
}

export function save(memory: Memory, name: string, value: string | undefined): void {
  memory.set(name, value ?? "");
}

export function saved(memory: Memory, name: string): string {
  return memory.get(name) ?? "";
}

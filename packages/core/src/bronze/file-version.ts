/**
 * A version of a file. In a list, the newest version comes first. A removal is also a version: a delete marker
 * without bytes.
 */
export type FileVersion = {
  versionId: string;
  current: boolean;
  removed: boolean;
  storedAt: string;
  bytes: number;
  sha256: string | null;
  /** The ARN of the execution that wrote the version. Null for an operator's version. */
  execution: string | null;
  sourceModified: string | null;
  /** Why sync keeps an operator's version, from its `held` tag. Null if the version is not held or has no such tag. */
  held: string | null;
};

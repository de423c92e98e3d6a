/** A version of a file, newest first in lists. A removal is a version too: a delete marker, without bytes. */
export type FileVersion = {
  versionId: string;
  current: boolean;
  removed: boolean;
  storedAt: string;
  bytes: number;
  sha256: string | null;
  /** The ARN of the execution that wrote it. Null for an operator's version. */
  execution: string | null;
  sourceModified: string | null;
  /** Why sync keeps it, if it does. */
  held: string | null;
};

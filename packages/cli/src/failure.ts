/** Errors that are explained to the user in a message, and are not bugs in the program. */
import * as coreErrors from "@data-quest/core/errors";

/** A command cannot continue. The message is for the user, and `exitCode` is the exit code of the program. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The system's codes for a service that is not listening or does not respond. */
const UNREACHABLE = ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EHOSTUNREACH", "ETIMEDOUT"];

/** What is wrong with a file or folder, for each of the system's error codes. */
const UNUSABLE: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the disk quota is exceeded",
  EEXIST: "it already exists and is not a folder",
  EISDIR: "it is a folder",
  ENOENT: "there is no such file or folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "part of the path is a file, not a folder",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
};

/**
 * Converts an error to a Failure for the user if it is a Failure, an error that the core throws on purpose, an
 * error response from a service, or the error for an unreachable service or an unusable file. Returns undefined
 * for a bug in the program, whose stack should be shown.
 */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return undefined;
  const named = `${error.name}: ${error.message}`;
  if (Object.values(coreErrors).some((onPurpose) => error instanceof onPurpose)) return new Failure(named);
  if (error.name === "DirectoryInUse" || error.name === "DeploymentDamaged")
    return new Failure(error.message);
  if ("$fault" in error || error.name === "CredentialsProviderError") return new Failure(named);
  const code = "code" in error ? String(error.code) : "";
  if (UNREACHABLE.includes(code)) return new Failure(`A service cannot be reached: ${error.message || code}`);
  const why = UNUSABLE[code];
  if (why !== undefined && "path" in error)
    return new Failure(`${String(error.path)}: ${why}. Check the given path, such as --state-dir.`);
  return undefined;
}

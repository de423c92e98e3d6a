/** Errors that are for the user, in one line, and not a fault of the program. */
import * as coreErrors from "@data-quest/core/errors";

/** A command that cannot go on: its message is for the user, its code is the exit code. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What the system says where nobody listens, or nobody is there any more. */
const UNREACHABLE = ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EHOSTUNREACH", "ETIMEDOUT"];

/** What the system says of a file or folder that cannot be used as it must be. */
const UNUSABLE = ["EACCES", "EDQUOT", "EEXIST", "ENOENT", "ENOSPC", "ENOTDIR", "EPERM", "EROFS"];

/**
 * The Failure that an error is for the user: itself, an error that the core throws on purpose, what a service answered, a
 * service that cannot be reached, or a file that cannot be used. Undefined for a fault of the program, whose stack should be seen.
 */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return undefined;
  const named = `${error.name}: ${error.message}`;
  if (Object.values(coreErrors).some((onPurpose) => error instanceof onPurpose)) return new Failure(named);
  if (error.name === "DirectoryInUse") return new Failure(error.message);
  if ("$fault" in error || error.name === "CredentialsProviderError") return new Failure(named);
  const code = "code" in error ? String(error.code) : "";
  if (UNREACHABLE.includes(code)) return new Failure(`A service cannot be reached: ${error.message || code}`);
  if (UNUSABLE.includes(code) && "path" in error) return new Failure(error.message);
  return undefined;
}

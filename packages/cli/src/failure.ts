/** Errors that are for the user, in one line, and not a fault of the program. */
import * as coreErrors from "@data-quest/core/errors.ts";

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

/**
 * The Failure that an error is for the user: itself, an error that the core throws on purpose, what a service answered, or a
 * service that cannot be reached. Undefined for a fault of the program, whose stack should be seen.
 */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return undefined;
  const named = `${error.name}: ${error.message}`;
  if (Object.values(coreErrors).some((onPurpose) => error instanceof onPurpose)) return new Failure(named);
  if (error.name === "DirectoryInUse") return new Failure(error.message);
  if ("$fault" in error || error.name === "CredentialsProviderError") return new Failure(named);
  if ("code" in error && typeof error.code === "string" && UNREACHABLE.includes(error.code))
    return new Failure(`A service cannot be reached: ${error.message || error.code}`);
  return undefined;
}

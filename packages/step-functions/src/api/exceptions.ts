/** The exceptions of the service's API that this one throws, and their HTTP status. */
export type ExceptionName =
  | "ExecutionAlreadyExists"
  | "ExecutionDoesNotExist"
  | "ExecutionNotRedrivable"
  | "InternalFailure"
  | "InvalidArn"
  | "InvalidDefinition"
  | "InvalidExecutionInput"
  | "InvalidName"
  | "InvalidToken"
  | "MissingRequiredParameter"
  | "ResourceNotFound"
  | "SerializationException"
  | "StateMachineAlreadyExists"
  | "StateMachineDeleting"
  | "StateMachineDoesNotExist"
  | "StateMachineTypeNotSupported"
  | "TooManyTags"
  | "UnknownOperationException"
  | "ValidationException";

/** An answer of the API that is no success. Clients tell exceptions apart by `type`. */
export class ApiException extends Error {
  override readonly name = "ApiException";
  readonly type: ExceptionName;

  constructor(type: ExceptionName, message: string) {
    super(message);
    this.type = type;
  }

  /** 400 for what the caller can mend, 500 for what is our fault. */
  get status(): number {
    return this.type === "InternalFailure" ? 500 : 400;
  }
}

/** The exceptions of the service's API that this implementation throws, and their HTTP statuses. */
export type ExceptionName =
  | "ExecutionAlreadyExists"
  | "ExecutionDoesNotExist"
  | "ExecutionNotRedrivable"
  | "InternalFailure"
  | "InvalidArn"
  | "InvalidDefinition"
  | "InvalidExecutionInput"
  | "InvalidLoggingConfiguration"
  | "InvalidName"
  | "InvalidToken"
  | "MissingRequiredParameter"
  | "ResourceNotFound"
  | "SerializationException"
  | "ServiceUnavailable"
  | "StateMachineAlreadyExists"
  | "StateMachineDeleting"
  | "StateMachineDoesNotExist"
  | "StateMachineTypeNotSupported"
  | "TooManyTags"
  | "UnknownOperationException"
  | "ValidationException";

/** An error from the API. Clients distinguish exceptions by `type`. */
export class ApiException extends Error {
  override readonly name = "ApiException";
  readonly type: ExceptionName;

  constructor(type: ExceptionName, message: string) {
    super(message);
    this.type = type;
  }

  /** 400 if the caller is at fault, 500 or higher if the service is. */
  get status(): number {
    if (this.type === "InternalFailure") return 500;
    return this.type === "ServiceUnavailable" ? 503 : 400;
  }
}

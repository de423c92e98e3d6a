/**
 * One fault in a definition, in the format of ValidateStateMachineDefinition. `location` is a path such as
 * `/States/A/Next`.
 */
export type Diagnostic = {
  severity: "ERROR";
  code: string;
  message: string;
  location?: string;
};

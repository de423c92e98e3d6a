/** One fault of a definition, in the shape of ValidateStateMachineDefinition. `location` is a path such as `/States/A/Next`. */
export type Diagnostic = {
  severity: "ERROR";
  code: string;
  message: string;
  location?: string;
};

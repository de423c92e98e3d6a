// The package has no types.
declare module "asl-validator" {
  type Validation = {
    isValid: boolean;
    errors: { "Error code": string; Message: string }[];
    /** All errors as text; empty for a valid definition. */
    errorsText(separator?: string): string;
  };

  /** Checks a state machine's definition. Adds QueryLanguage to states that do not specify it. */
  export default function validate(definition: object, options?: object): Validation;
}

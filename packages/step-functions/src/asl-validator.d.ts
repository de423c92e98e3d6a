// The package has no types.
declare module "asl-validator" {
  type Validation = {
    isValid: boolean;
    errors: { "Error code": string; Message: string }[];
    /** All errors as text; empty for a valid definition. */
    errorsText(separator?: string): string;
  };

  /** Checks a state machine's definition. Fills in QueryLanguage in states that have none. */
  export default function validate(definition: object, options?: object): Validation;
}

/** Quotas of the service for Standard workflows: docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html. */
export const Limits = {
  /** Bytes of a state's input or output as UTF-8. */
  dataBytes: 256 * 1024,
  /** Bytes of all values in one Assign together, and of one variable (workflow-variables.html). */
  assignBytes: 256 * 1024,
  /** Bytes of all current variables of an execution. */
  variableBytes: 10 * 1024 * 1024,
  /** Characters of an error's cause (the API's type SensitiveCause). */
  causeLength: 32_768,
  /** Characters of an error's name (the API's type SensitiveError). */
  errorLength: 256,
  /**
   * Nested levels of arrays and objects in JSON. The service documents no limit; Java's usual parser (Jackson)
   * allows this many levels.
   */
  jsonDepth: 1000,
  /** Events in a history. The last one is the event that ends the execution. */
  historyEvents: 25_000,
  /** Concurrent iterations of an inline Map if MaxConcurrency is 0 or absent. */
  inlineMapConcurrency: 40,
  /** The longest Wait and the longest timeout, in seconds. */
  seconds: 99_999_999,
  /** An execution can be redriven for this many days after its end. */
  redriveDays: 14,
  /** An execution with this many events cannot be redriven. */
  redriveEvents: 24_999,
  /** Characters of the name of a state, a state machine, an execution, or a variable. */
  nameLength: 80,
  /** Characters of a definition. */
  definitionLength: 1024 * 1024,
} as const;

/** This package's own limits, so that checking a definition takes less than a second. */
export const CheckLimits = {
  /** Expressions in a definition. */
  expressions: 5000,
  /** Path steps in one expression. */
  pathSteps: 1000,
  /** Path steps in all expressions of a definition. */
  pathStepsInAll: 50_000,
} as const;

/**
 * Characters that names must not contain: white space, brackets, wildcards, some special characters, control
 * characters, U+FFFE, U+FFFF, surrogates, and all characters beyond U+FFFF
 * (docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html, name).
 */
const FORBIDDEN_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\ufffe\uffff\u{10000}-\u{10ffff}]/u;

/** Whether a state machine or an execution may have this name. */
export function isValidName(name: string): boolean {
  return name.length >= 1 && name.length <= Limits.nameLength && !FORBIDDEN_IN_NAMES.test(name);
}

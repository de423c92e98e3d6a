/** Quotas of the service for Standard workflows: docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html. */
export const Limits = {
  /** Bytes of a state's input or output as UTF-8. */
  dataBytes: 256 * 1024,
  /** Bytes of all values in one Assign, and of one variable: workflow-variables.html. */
  assignBytes: 256 * 1024,
  /** Bytes of all current variables of an execution. */
  variableBytes: 10 * 1024 * 1024,
  /** Characters of an error's cause, and of its name: the API's types SensitiveCause and SensitiveError. */
  causeLength: 32_768,
  errorLength: 256,
  /**
   * Levels of arrays and objects in JSON. The service does not document it; Java's usual parser (Jackson)
   * allows this many.
   */
  jsonDepth: 1000,
  /** Events in a history. The last one is the event that ends the execution. */
  historyEvents: 25_000,
  /** Concurrent iterations of an inline Map if MaxConcurrency is 0 or absent. */
  inlineMapConcurrency: 40,
  /** The longest Wait and the longest timeout, in seconds. */
  seconds: 99_999_999,
  /** Days after its end during which an execution can be redriven. */
  redriveDays: 14,
  /** An execution with this many events cannot be redriven. */
  redriveEvents: 24_999,
  /** Characters of the name of a state, a state machine, an execution, or a variable. */
  nameLength: 80,
  /** Characters of a definition. */
  definitionLength: 1024 * 1024,
} as const;

/** This package's own limits, which keep the check of a definition below a second. */
export const CheckLimits = {
  /** Expressions in a definition. */
  expressions: 5000,
  /** Path steps in one expression, and in all expressions of a definition. */
  pathSteps: 1000,
  pathStepsInAll: 50_000,
} as const;

/**
 * Characters that names must not contain, in UTF-16: white space, brackets, wildcards, some special
 * characters, control characters, U+FFFE and U+FFFF, and surrogates, so no characters beyond U+FFFF
 * (docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html, name).
 */
const FORBIDDEN_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\ufffe\uffff\u{10000}-\u{10ffff}]/u;

/** Whether a state machine or an execution may have this name. */
export function isValidName(name: string): boolean {
  return name.length >= 1 && name.length <= Limits.nameLength && !FORBIDDEN_IN_NAMES.test(name);
}

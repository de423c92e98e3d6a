/** Remedies for errors: a redrive, which has the same input and the same settings, or a new execution. */

/** What to do about an error. `advice` is a sentence or two for an operator, without the command to run. */
export type Remedy = {
  /** True if a redrive can succeed, now or once the advice is followed. */
  redrive: boolean;
  advice: string;
};

const redrive = (advice: string): Remedy => ({ redrive: true, advice });
const newRun = (advice: string): Remedy => ({ redrive: false, advice });

const REMEDIES: ReadonlyMap<string, Remedy> = new Map([
  ["SourceUnavailable", redrive("The source did not respond. Redrive when it is available again.")],
  [
    "SourceBusy",
    redrive("The source is busy and asked for a later retry. Redrive when it accepts requests again."),
  ],
  [
    "SourceForbidden",
    newRun(
      "BLS refuses requests without a valid contact address. Correct the contact address, then start a new run.",
    ),
  ],
  ["SourceNotFound", newRun("Start a new run with a survey that the source has.")],
  ["SourceAnswerRefused", redrive("Redrive when the source serves the file as usual again.")],
  [
    "ListingNotBelievable",
    redrive(
      "Redrive when the source's listing is complete again. If the files are really gone, start a new run that allows a larger share of removed files.",
    ),
  ],
  ["ListingTooLarge", newRun("The listing does not fit into one execution. A redrive cannot change that.")],
  [
    "SurveysFailed",
    newRun(
      "Redrive the executions of Pipeline that the cause lists. A redrive of this execution only reports the same failures again.",
    ),
  ],
  ["SurveyEmpty", newRun("BLS publishes no files for this survey. Start a new run with another survey.")],
  ["LinkRefused", redrive("Redrive when the source's listing is correct again.")],
  ["FileRefused", redrive("Redrive when the source serves the file again instead of this response.")],
  ["FileMissing", redrive("Redrive when the source serves the file again, or no longer lists it.")],
  ["FileSizeMismatch", redrive("The file may have been changing at the source. Redrive.")],
  [
    "FileNameRefused",
    newRun("The name cannot be stored. Once the file has a different name at the source, start a new run."),
  ],
  [
    "SyntheticDataRefused",
    newRun("Start a new run with the source of the stored data, or use another state directory."),
  ],
  ["PopulationShapeChanged", redrive("Redrive when the population API responds in a known format again.")],
  [
    "DataFileMalformed",
    newRun(
      "When BLS has corrected the file, start a new run. To run now, restore an earlier version of the file first.",
    ),
  ],
  [
    "AnalysisImpossible",
    newRun("A redrive has the same input and fails again. Start a new run with an input that fits the data."),
  ],
  [
    "InvalidInput",
    newRun("A redrive has the same input and fails again. Start a new run with a valid input."),
  ],
  ["WriteConflict", redrive("Another run wrote the same object at the same time. Redrive.")],
  ["StorageUnavailable", redrive("S3 did not respond. Redrive when it is available again.")],
  ["StorageRefused", redrive("Correct the bucket's permissions or settings, then redrive.")],
  [
    "VersionLost",
    newRun(
      "A redrive needs the same version and fails again. Start a new run, which stores the file again if it is missing.",
    ),
  ],
  ["States.Timeout", redrive("A step ran out of time. Redrive to run it again.")],
  ["Sandbox.Timedout", redrive("A function ran out of time. Redrive to run it again.")],
  [
    "States.DataLimitExceeded",
    newRun("A state's data exceeds 256 KiB. A redrive has the same data and fails again."),
  ],
  [
    "States.QueryEvaluationError",
    newRun("An expression in the workflow failed. A redrive uses the same definition and fails again."),
  ],
]);

const UNKNOWN = redrive("Fix the cause, then redrive: the execution resumes where it stopped.");

/**
 * The remedy for an error, given the error's name in the Amazon States Language. An undefined name means that the
 * execution was stopped.
 */
export function remedyFor(error: string | null | undefined): Remedy {
  return REMEDIES.get(error ?? "") ?? UNKNOWN;
}

/** The names of the errors that have their own remedy. */
export const errorsWithRemedy: readonly string[] = [...REMEDIES.keys()];

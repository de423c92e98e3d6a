/**
 * The errors that Data Quest throws on purpose. An error's `name` is its error name in the Amazon States
 * Language, by which the state machine's Retry rules distinguish errors. The name is a string literal, which
 * survives minification.
 */

/** The source cannot respond now (5xx, 429, a reset, a stall, a truncated body): worth a retry. */
export class SourceUnavailable extends Error {
  override readonly name = "SourceUnavailable";
}

/** The source asked for a retry later than the function can wait: retried slowly, by a separate rule. */
export class SourceBusy extends Error {
  override readonly name = "SourceBusy";
}

/** The source refuses the request (403, 401): no retry. An operator must check the User-Agent's contact address. */
export class SourceForbidden extends Error {
  override readonly name = "SourceForbidden";
}

/** The source has no such survey or URL. */
export class SourceNotFound extends Error {
  override readonly name = "SourceNotFound";
}

/**
 * The source responded in a way that no retry can change: a redirect to another host, or an encoding that was
 * not requested.
 */
export class SourceAnswerRefused extends Error {
  override readonly name = "SourceAnswerRefused";
}

/** The listing page is invalid, or lists so few files that an operator must check it. Nothing is removed. */
export class ListingNotBelievable extends Error {
  override readonly name = "ListingNotBelievable";
}

/**
 * BLS lists the survey's folder, but the folder has no files. There is nothing to mirror, which is not a
 * fault: `AllSurveys` skips the survey.
 */
export class SurveyEmpty extends Error {
  override readonly name = "SurveyEmpty";
}

/** A listing has more files than one execution's state can carry (256 KiB). */
export class ListingTooLarge extends Error {
  override readonly name = "ListingTooLarge";
}

/** A link in the listing points outside the survey's folder. */
export class LinkRefused extends Error {
  override readonly name = "LinkRefused";
}

/** The body served for a file is not that file: it is a web page, or a data file without its columns. */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
}

/**
 * A file's name cannot be a key in Bronze or part of a URL at the source. Neither a retry nor a redrive can
 * fix it.
 */
export class FileNameRefused extends Error {
  override readonly name = "FileNameRefused";
}

/** The source lists a file but returns 404 or 410 for it. */
export class FileMissing extends Error {
  override readonly name = "FileMissing";
}

/**
 * A file's downloaded size differs from its size in the listing: it was cut short or is still being written.
 * Worth a retry.
 */
export class FileSizeMismatch extends Error {
  override readonly name = "FileSizeMismatch";
}

/**
 * Synthetic data (the sample) would replace a source's own data. A redrive cannot fix it: the run needs another
 * source or state directory.
 */
export class SyntheticDataRefused extends Error {
  override readonly name = "SyntheticDataRefused";
}

/** The population API's response has an unknown format, or covers places other than the nation. */
export class PopulationShapeChanged extends Error {
  override readonly name = "PopulationShapeChanged";
}

/** A line of a BLS file cannot be read. The message has the file's name and the line's number and text. */
export class DataFileMalformed extends Error {
  override readonly name = "DataFileMalformed";
}

/**
 * The analysis cannot be done with the stored data: a missing year, an unknown series, or a missing data
 * file.
 */
export class AnalysisImpossible extends Error {
  override readonly name = "AnalysisImpossible";
}

/** An invalid input. The message identifies the key that is at fault. */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";
}

/** Another writer changed the object in the meantime: starting over is safe. */
export class WriteConflict extends Error {
  override readonly name = "WriteConflict";
}

/** S3 cannot respond now (503 SlowDown, a reset), even after the client's own retries: worth a retry. */
export class StorageUnavailable extends Error {
  override readonly name = "StorageUnavailable";
}

/** S3 refuses the request (access denied, no such bucket), or an object that must exist does not exist. */
export class StorageRefused extends Error {
  override readonly name = "StorageRefused";
}

/**
 * A version that this execution needs was permanently deleted, or its bytes are damaged. Neither a retry nor
 * a redrive can restore it.
 */
export class VersionLost extends Error {
  override readonly name = "VersionLost";
}

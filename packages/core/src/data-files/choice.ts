/** Which data files a run analyzes, and why. */
import * as z from "zod";
import { filePathPattern, seriesIdPattern, surveyPattern } from "../constants.ts";

export const FilePath = z
  .string()
  .regex(filePathPattern, "must be the path of a file in the survey's folder, such as pr.data.0.Current");

/** The most data files that an input may specify. No survey has that many. */
export const MOST_FILES = 500;
const SeriesId = z.string().regex(seriesIdPattern, "must be a BLS series ID, such as PRS30006032");

/** What an input, or a stage's settings for a survey, can specify about the data files. */
export const DataFileSettings = z.strictObject({
  dataFile: z
    .union([FilePath, z.array(FilePath).min(1).max(MOST_FILES)])
    .optional()
    .describe("The data file, or several to be merged by series"),
  knownConflicts: z
    .array(SeriesId)
    .max(1000)
    .optional()
    .describe(
      "Series that are known to have different values in two data files; they are left out and do not fail the run",
    ),
});
export type DataFileSettings = z.infer<typeof DataFileSettings>;

/** A stage's settings about data files, by the abbreviation of the survey that they apply to. */
export const DataFilesOfSurveys = z.record(z.string().regex(surveyPattern), DataFileSettings);
export type DataFilesOfSurveys = z.infer<typeof DataFilesOfSurveys>;

/** The data files of a run. Several are merged by series. */
export const DataFileChoice = z.strictObject({
  dataFile: z.array(FilePath).min(1).max(MOST_FILES),
  chosenBy: z
    .enum(["input", "settings", "name", "merge"])
    .describe(
      "Why these files were chosen: the input or the stage's settings name them (input, settings), the file's name says that it contains current data or all data (name), or all numbered data files are merged (merge)",
    ),
  largerFile: z
    .strictObject({ path: FilePath, bytes: z.int().min(0) })
    .nullable()
    .describe(
      "A larger file that, judging by its name, contains all data of the survey, if another file was chosen",
    ),
  knownConflicts: z.array(SeriesId),
});
export type DataFileChoice = z.infer<typeof DataFileChoice>;

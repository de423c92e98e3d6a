/**
 * Names, patterns, and defaults that the deployment (`infra/`) and the packages share. `infra/` imports
 * this module and little else from the packages, so this module imports nothing (`test/architecture/rules.ts`).
 */

/** A BLS survey's abbreviation: the name of its folder in `pub/time.series/`. */
export const surveyToken = "[a-z][a-z0-9]{1,7}";
export const surveyPattern = new RegExp(`^${surveyToken}$`);

/** A file's path in its survey's folder: neither absolute nor outside the folder. */
export const filePathPattern = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\\p{Cc}]+$/u;
/** A BLS series ID. */
export const seriesIdPattern = /^[A-Z0-9#_-]{3,40}$/;

/** Stands for every survey that BLS publishes, in place of a list of surveys. */
export const allSurveysSetting = "all";

/** The survey of an execution whose input does not specify one. */
export const defaultSurvey = "pr";

/** The folder of all surveys at BLS. */
export const blsTimeSeries = "https://download.bls.gov/pub/time.series/";

/** The yearly population of the nation at DataUSA, from the American Community Survey's 5-year estimates. */
export const dataUsaPopulation =
  "https://api.datausa.io/tesseract/data.jsonrecords?cube=acs_yg_total_population_5&drilldowns=Year,Nation&measures=Population";

/** How many files one execution of `Pipeline` syncs at a time. */
export const defaultConcurrency = 4;
/** The highest concurrency that a deployment may set. A higher value would be impolite to BLS. */
export const maxConcurrency = 40;

/** The largest share (0 to 1) of the stored files that may be missing from a listing before the listing is refused. */
export const defaultMaxRemovedShare = 0.25;

/** The state machine that mirrors and analyzes one survey. */
export const pipelineName = "Pipeline";
/** The state machine that runs `Pipeline` for every survey. */
export const allSurveysName = "AllSurveys";

/**
 * The field of an execution's input that contains the ID of its parent execution. The Step Functions console
 * uses the ID to link the two executions. docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 */
export const pipelineParentKey = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID";

/** The prefix of the files of all surveys in Bronze, and of their Parquet files in Silver. */
export const surveysPrefix = "bls/";
/** A pattern for the keys of surveys' files in Silver. Keys in Bronze do not match it. */
export const silverFiles = `${surveysPrefix}*.parquet`;
/** The key of the population file in Bronze. */
export const populationPrefix = "usa-api-sync/population/";
export const populationKey = `${populationPrefix}nation_population.json`;
/**
 * The population in Silver, as Parquet. It is the only object under its prefix, because Athena reads
 * everything under the location of a table.
 */
export const silverPopulationPrefix = "population/";
export const silverPopulationKey = `${silverPopulationPrefix}nation.parquet`;
/**
 * The table of the population. A survey's table cannot have this name, because a survey's abbreviation has at
 * most eight characters.
 */
export const populationTable = "population";
/** The first and last year of question 1, unless an execution's input specifies other years. */
export const defaultPopulationYears: readonly [number, number] = [2013, 2018];

/** How Glue describes a table of Parquet files. */
export const parquetFormat = {
  inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
  outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
  serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
} as const;

/** The prefix of the reports in Gold. */
export const reportsPrefix = "reports/";
/**
 * The tag of an execution's report files. A lifecycle rule of Gold selects them by this tag, because their
 * prefix does not distinguish them from `latest/` and the index.
 */
export const executionReportTag = { key: "report", value: "execution" } as const;
/** The index of all surveys in Gold, as data and as a page. */
export const indexPrefix = `${reportsPrefix}index.`;
export const indexDataKey = `${indexPrefix}json`;
export const indexPageKey = `${indexPrefix}html`;
/**
 * The Explore page, for all surveys. It is next to the reports, and reads Silver at a URL relative to the
 * page's own.
 */
export const explorePageKey = `${reportsPrefix}explore.html`;
/** The prefix of Athena's results for QuickSight in Gold. */
export const queryResultsPrefix = "query-results/";
/** The prefix of the audits in Gold. */
export const auditsPrefix = "audit/";

/** The queue that S3 notifies about population files. */
export const populationQueueName = "PopulationEvents";
/** The types of the events that S3 sends to this queue. */
export const populationNotificationEvents = ["s3:ObjectCreated:*"] as const;

/** The metrics of a run. `Analyze` publishes them; the alarms and the dashboard read them. */
export const runMetricNames = {
  syncedRuns: "SyncedRuns",
  bytesStored: "BytesStored",
  /** Counts executions of `AllSurveys` that ran all surveys, whatever the outcome of each survey. */
  completedAllSurveys: "CompletedAllSurveys",
  failedSurveys: "FailedSurveys",
  created: "FilesCreated",
  updated: "FilesUpdated",
  unchanged: "FilesUnchanged",
  removed: "FilesRemoved",
  held: "FilesHeld",
  failed: "FilesFailed",
} as const;

/**
 * The settings of a stage. Values are in `everywhere` and, if a stage differs, in `stages`. The environment
 * variable QUEST_CONTACT sets the contact address, which does not belong in a public repository, and
 * QUEST_SETTINGS (JSON) overrides any value for one deployment.
 */
import {
  allSurveysName,
  allSurveysSetting,
  blsTimeSeries,
  dataUsaPopulation,
  defaultConcurrency,
  defaultMaxRemovedShare,
  defaultSurvey,
  filePathPattern,
  maxConcurrency,
  seriesIdPattern,
  surveyPattern,
} from "@data-quest/core/constants";
import * as z from "zod";

const FilePath = z.string().regex(filePathPattern, "the path of a file in the survey's folder");

const Settings = z.strictObject({
  /**
   * Sent in the User-Agent of every request to BLS, which returns 403 for requests without contact details.
   */
  contact: z.email(
    "an email address: set QUEST_CONTACT, because BLS returns 403 for requests without contact details",
  ),
  /** Who is notified when something is wrong. Defaults to the contact address. */
  alarmEmail: z.email().optional(),

  /** The folder of surveys to mirror. */
  timeSeries: z.url(),
  /** The URL of the nation's yearly population. */
  population: z.url(),
  /**
   * The largest share (0 to 1) of the stored files that may be missing from a listing before the listing is
   * refused.
   */
  maxRemovedShare: z.number().min(0).max(1),
  /** The number of files that are synced concurrently. */
  concurrency: z.int().min(1).max(maxConcurrency),

  /**
   * By survey: `dataFile` is the data file to analyze, or several files to merge by series. By default, the
   * file is chosen from the listing. `knownConflicts` lists series whose values are known to differ between merged
   * files. The input of an execution overrides both.
   */
  dataFiles: z.record(
    z.string().regex(surveyPattern, "a BLS survey's abbreviation, such as pr"),
    z.strictObject({
      dataFile: z.union([FilePath, z.array(FilePath).min(1)]).optional(),
      knownConflicts: z.array(z.string().regex(seriesIdPattern, "a BLS series ID")).optional(),
    }),
  ),

  /** The surveys that the schedule runs: a list, or `all` for every survey that BLS publishes. */
  surveys: z.union([
    z.literal(allSurveysSetting),
    z.array(z.string().regex(surveyPattern, "a BLS survey's abbreviation, such as pr")).min(1),
  ]),
  /** Whether the schedule is enabled. */
  scheduled: z.boolean(),
  /** When the daily run starts, in New York time. BLS publishes at 8:30 a.m. New York time. */
  dailyAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time such as 10:00"),
  /** Whether the run on Sunday downloads and compares everything instead of trusting the listing. */
  weeklyVerify: z.boolean(),

  /** How long logs are kept. CloudWatch accepts only certain numbers of days. */
  logRetentionDays: z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731]),
  /** Old versions, and objects hidden by a delete marker, can be restored for this many days. */
  oldVersionDays: z.int().min(1),
  /**
   * After how many days the report of an execution expires. Step Functions keeps the history of an execution
   * for 90 days after its end, and the history refers to the report. `latest/`, the index, and the audits
   * never expire.
   */
  reportDays: z.int().min(1),
  /** `s3`: keys managed by S3. `kms`: a customer managed key, for the buckets and the alarm topic. */
  encryption: z.literal(["s3", "kms"]),

  /** Whether anyone can read the reports and the mirrored files, through CloudFront. */
  publicAccess: z.boolean(),
  /** Whether the functions run in private subnets. */
  privateNetwork: z.boolean(),

  /**
   * Dashboards in QuickSight with the three answers, one dashboard for each of `surveys`. `owner` is the user or
   * group that can view and share them. Each survey needs exactly one data file in `dataFiles`, so that the
   * dashboard's queries read the file that is analyzed. Without this setting, there are no dashboards.
   */
  quickSight: z
    .strictObject({
      owner: z
        .string()
        .regex(
          /^arn:aws:quicksight:[a-z0-9-]+:\d{12}:(user|group)\/[^/]+\/.+$/,
          "the ARN of a QuickSight user or group, such as arn:aws:quicksight:us-east-1:123456789012:group/default/analysts",
        ),
      surveys: z
        .array(z.string().regex(surveyPattern, "a BLS survey's abbreviation, such as pr"))
        .min(1)
        .refine((surveys) => new Set(surveys).size === surveys.length, "each survey once"),
    })
    .optional(),
});
export type StageSettings = z.infer<typeof Settings>;

/** The settings, checked for consistency with each other. */
const StageSettings = Settings.superRefine(({ quickSight, surveys, dataFiles }, context) => {
  for (const [index, survey] of (quickSight?.surveys ?? []).entries()) {
    const refuse = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    if (surveys !== allSurveysSetting && !surveys.includes(survey))
      refuse(["quickSight", "surveys", index], `${survey} is not in the setting "surveys"`);
    if (onlyDataFile({ dataFiles }, survey) === undefined)
      refuse(
        ["dataFiles", survey, "dataFile"],
        `name exactly one data file, such as ${survey}.data.0.Current, because quickSight.surveys includes ${survey}`,
      );
  }
});

const everywhere = {
  timeSeries: blsTimeSeries,
  population: dataUsaPopulation,
  maxRemovedShare: defaultMaxRemovedShare,
  concurrency: defaultConcurrency,
  dataFiles: {},
  surveys: [defaultSurvey],
  scheduled: false,
  dailyAt: "10:00",
  weeklyVerify: true,
  logRetentionDays: 30,
  oldVersionDays: 90,
  // An execution takes at most 36 hours and can be redriven for 14 days. The 30 days beyond the 90 days of its
  // history cover both.
  reportDays: 120,
  encryption: "s3",
  publicAccess: false,
  privateNetwork: false,
} satisfies Partial<StageSettings>;

const stages: Record<string, Partial<StageSettings>> = {
  production: { scheduled: true, logRetentionDays: 365, oldVersionDays: 730, reportDays: 730 },
  dev: { scheduled: true },
};

/**
 * The settings of a stage: its own values override those in `everywhere`, and values from the
 * environment override both. Throws an Error that lists every invalid value, or an Error if the
 * stage's name is too long.
 */
export function stageSettings(app: AppStage, environment: Record<string, string | undefined>): StageSettings {
  const { stage } = app;
  const result = StageSettings.safeParse({
    ...everywhere,
    ...stages[stage],
    contact: environment.QUEST_CONTACT,
    ...JSON.parse(environment.QUEST_SETTINGS ?? "{}"),
  });
  if (!result.success)
    throw new Error(
      `The settings of the stage ${stage} are invalid (infra/settings.ts):\n${z.prettifyError(result.error)}`,
    );
  refuseLongStage(app, result.data);
  return result.data;
}

/** The data file of a survey, if the settings name exactly one. */
export function onlyDataFile(
  { dataFiles }: Pick<StageSettings, "dataFiles">,
  survey: string,
): string | undefined {
  const [first, ...others] = [dataFiles[survey]?.dataFile ?? []].flat();
  return others.length === 0 ? first : undefined;
}

/** The names of the app and the stage in SST. */
export type AppStage = { name: string; stage: string };

/** The prefix of the names of a stage's resources in AWS. */
export function namePrefix({ name, stage }: AppStage): string {
  return `${name}-${stage}-`;
}

/**
 * The longest name, in characters, that all resources named by `physicalName` allow. Schedules, rules, roles,
 * and origin access controls have this limit.
 */
const longestName = 64;

/** The rules for the ends of executions. */
const ruleNames = ["ExecutionEnded", "AllSurveysEnded"];

function refuseLongStage(app: AppStage, { surveys }: StageSettings): void {
  const schedules = surveys === allSurveysSetting ? [allSurveysName] : surveys.map(weeklyScheduleName);
  const suffixes = [...ruleNames, ...schedules];
  const longestSuffix = suffixes.reduce((a, b) => (b.length > a.length ? b : a));
  const longestStage = longestName - namePrefix({ ...app, stage: "" }).length - longestSuffix.length;
  if (app.stage.length <= longestStage) return;
  throw new Error(
    `The stage name ${app.stage} has ${app.stage.length} characters; at most ${longestStage} are allowed, because the name ${namePrefix(app)}${longestSuffix} can have at most ${longestName}`,
  );
}

/** The schedule of a survey's weekly verification. */
export function weeklyScheduleName(survey: string): string {
  return `Weekly-${survey}`;
}

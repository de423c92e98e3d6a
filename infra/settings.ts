/**
 * What a stage can choose. Values stand in `everywhere` and, where a stage differs, in `stages`; the environment variable
 * QUEST_CONTACT gives the contact address, which is not written into a public repository, and QUEST_SETTINGS (JSON)
 * overrides any value for one deployment.
 */
import * as z from "zod";

const StageSettings = z.strictObject({
  /** Goes into the User-Agent of every request to BLS, which answers 403 to one without contact details. */
  contact: z.email(
    "an e-mail address: set QUEST_CONTACT, BLS answers 403 to requests without contact details",
  ),
  /** The folder of surveys that is mirrored. */
  timeSeries: z.url(),
  /** The address of the yearly population of the nation. */
  population: z.url(),
  /** A listing without more than this share of the stored files (0 to 1) is not believed, and nothing is removed. */
  maxRemovedShare: z.number().min(0).max(1),
  /** Files that are brought up to date at the same time. */
  syncConcurrency: z.int().min(1).max(40),
  /** How long logs are kept; CloudWatch takes no other numbers of days. */
  logRetentionDays: z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731]),
  /** Old versions of an object, and objects behind a delete marker, can be brought back for so long. */
  oldVersionDays: z.int().min(1),
});
export type StageSettings = z.infer<typeof StageSettings>;

const everywhere = {
  timeSeries: "https://download.bls.gov/pub/time.series/",
  population:
    "https://api.datausa.io/tesseract/data.jsonrecords?cube=acs_yg_total_population_5&drilldowns=Year,Nation&measures=Population",
  maxRemovedShare: 0.25,
  syncConcurrency: 4,
  logRetentionDays: 30,
  oldVersionDays: 90,
} satisfies Partial<StageSettings>;

const stages: Record<string, Partial<StageSettings>> = {
  production: { logRetentionDays: 365, oldVersionDays: 730 },
};

/**
 * The settings of `stage`: its own values over those for everywhere, and those of the environment over both.
 * Throws an Error that names every value at fault.
 */
export function stageSettings(stage: string, environment: Record<string, string | undefined>): StageSettings {
  const result = StageSettings.safeParse({
    ...everywhere,
    ...stages[stage],
    contact: environment.QUEST_CONTACT,
    ...JSON.parse(environment.QUEST_SETTINGS ?? "{}"),
  });
  if (result.success) return result.data;
  throw new Error(
    `The settings of the stage ${stage} do not do (infra/settings.ts):\n${z.prettifyError(result.error)}`,
  );
}

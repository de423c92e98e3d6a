import type { MirrorDependencies } from "@data-quest/core/mirror/task";

/** Chooses a data file that need not exist, for surveys that are only mirrored. */
export const anyDataFile: NonNullable<MirrorDependencies["chooseDataFiles"]> = (survey) => ({
  dataFile: [`${survey}.data.0.Current`],
  chosenBy: "name",
  largerFile: null,
  knownConflicts: [],
});

import type { MirrorDependencies } from "@data-quest/core/mirror/task";

/** For surveys that are only mirrored: they need no data file. */
export const anyDataFile: NonNullable<MirrorDependencies["chooseDataFiles"]> = (survey) => ({
  dataFile: [`${survey}.data.0.Current`],
  chosenBy: "name",
  largerFile: null,
  knownConflicts: [],
});

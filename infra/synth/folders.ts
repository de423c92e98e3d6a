import { join } from "node:path";

/** The root of the repository. */
export const root = join(import.meta.dirname, "../..");
/** Where SST unpacks its components; ignored by git, as in any SST project. */
export const platform = join(root, ".sst/platform");
/** Everything else that a synthesis needs on disk; ignored by git. */
export const cache = join(root, ".cache");

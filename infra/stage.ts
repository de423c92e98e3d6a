import { namePrefix, stageSettings } from "./settings.ts";

/** The settings of the stage that is being deployed. */
export const settings = stageSettings($app, process.env);

/** The account and the region that the stage is deployed to. */
export const accountId = aws.getCallerIdentityOutput().accountId;
export const region = aws.getRegionOutput().region;

/**
 * For resources that belong to a bucket or key that outlives the stage. SST retains only the bucket itself, which
 * would be unprotected without its versioning, encryption, policy, and public access block.
 */
export const retainedWithBucket = { retainOnDelete: $app.removal !== "remove" };

/**
 * The name in AWS of a resource that SST does not name. `settings` refuses a stage whose names would be too
 * long.
 */
export function physicalName(name: string): string {
  return `${namePrefix($app)}${name}`;
}

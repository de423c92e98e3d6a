import { stageSettings } from "./settings.ts";

/** The settings of the stage that is being deployed. */
export const settings = stageSettings($app.stage, process.env);

/** The account and the region that it is deployed to. */
export const accountId = aws.getCallerIdentityOutput().accountId;
export const region = aws.getRegionOutput().region;

/** The name in AWS of something that SST gives no name to. */
export function physicalName(name: string): string {
  return `${$app.name}-${$app.stage}-${name}`;
}

import { bucketSteps } from "./scenario/buckets.ts";
import { listingSteps } from "./scenario/listings.ts";
import { objectSteps } from "./scenario/objects.ts";
import type { Step } from "./scenario/step.ts";
import { uploadSteps } from "./scenario/uploads.ts";
import { versionSteps } from "./scenario/versions.ts";

/** The same calls for any S3 server, in order. Later calls depend on earlier calls. */
export const scenario: Step[] = [
  ...bucketSteps,
  ...objectSteps,
  ...listingSteps,
  ...versionSteps,
  ...uploadSteps,
];

import { fromDistributions, fromThisAccount, policy } from "./policies.ts";
import { accountId, physicalName, retainedWithBucket, settings } from "./stage.ts";

/** The KMS key of the buckets and the alarm topic, if the stage has its own key. */
export const key = settings.encryption === "kms" ? createKey() : undefined;

/** The key outlives the stage if its buckets do: without it, their data could not be read. */
function createKey(): aws.kms.Key {
  const created = new aws.kms.Key(
    "Key",
    {
      description: `Data of ${$app.name}, stage ${$app.stage}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policy(
        {
          sid: "TheAccountDecides",
          principals: [{ type: "AWS", identifiers: [$interpolate`arn:aws:iam::${accountId}:root`] }],
          actions: ["kms:*"],
          resources: ["*"],
        },
        {
          sid: "AlarmsReachTheTopic",
          principals: [{ type: "Service", identifiers: ["cloudwatch.amazonaws.com"] }],
          actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
          resources: ["*"],
          conditions: [fromThisAccount],
        },
        ...(settings.publicAccess ? [forCloudFront()] : []),
      ),
    },
    retainedWithBucket,
  );
  // The alias gets a new name each time, so that a removed stage can be deployed again: the old alias and its
  // key still exist.
  new aws.kms.Alias(
    "KeyAlias",
    { namePrefix: `alias/${physicalName("Key")}-`, targetKeyId: created.keyId },
    retainedWithBucket,
  );
  return created;
}

function forCloudFront() {
  return {
    sid: "CloudFrontReads",
    principals: [{ type: "Service", identifiers: ["cloudfront.amazonaws.com"] }],
    actions: ["kms:Decrypt"],
    resources: ["*"],
    conditions: [fromDistributions],
  };
}

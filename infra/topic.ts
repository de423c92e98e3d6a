import { key } from "./encryption.ts";
import { fromThisAccount, policy, tlsOnly } from "./policies.ts";
import { physicalName, settings } from "./stage.ts";

/**
 * Notifies the operators. The topic has a key that admits CloudWatch, or no key: with the AWS managed key for
 * SNS, alarms would be lost.
 */
export const topic = new aws.sns.Topic("Alarms", {
  name: physicalName("Alarms"),
  ...(key ? { kmsMasterKeyId: key.arn } : {}),
});

new aws.sns.TopicPolicy("AlarmsPolicy", {
  arn: topic.arn,
  policy: policy(tlsOnly("sns:Publish", topic.arn), {
    principals: [{ type: "Service", identifiers: ["cloudwatch.amazonaws.com"] }],
    actions: ["sns:Publish"],
    resources: [topic.arn],
    conditions: [fromThisAccount],
  }),
});

new aws.sns.TopicSubscription("AlarmsByMail", {
  topic: topic.arn,
  protocol: "email",
  endpoint: settings.alarmEmail ?? settings.contact,
});

/** Links carry the topic's ARN to functions that publish to it. */
export const alarmTopic = new sst.Linkable("AlarmTopic", { properties: { arn: topic.arn } });

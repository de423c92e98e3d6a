import { policy, trust } from "./policies.ts";
import { undelivered } from "./queues.ts";
import { weeklyScheduleName } from "./settings.ts";
import { physicalName, settings } from "./stage.ts";
import { pipeline } from "./workflow.ts";

/** One daily run per survey; on Sundays, where the settings say so, one that compares everything with the source. */
if (settings.scheduled) {
  const role = new aws.iam.Role("ScheduleRole", {
    name: physicalName("ScheduleRole"),
    assumeRolePolicy: trust("scheduler.amazonaws.com"),
    inlinePolicies: [
      {
        name: "inline",
        policy: policy(
          { actions: ["states:StartExecution"], resources: [pipeline.arn] },
          { actions: ["sqs:SendMessage"], resources: [undelivered.arn] },
        ),
      },
    ],
  });
  for (const survey of settings.surveys) {
    schedule(`Daily-${survey}`, role, settings.weeklyVerify ? "MON-SAT" : "MON-SUN", { survey });
    if (settings.weeklyVerify) schedule(weeklyScheduleName(survey), role, "SUN", { survey, verify: true });
  }
}

/** Starts the workflow with `input` on the given days, at the stage's time. */
function schedule(name: string, role: aws.iam.Role, days: string, input: Record<string, unknown>): void {
  const [hour, minute] = settings.dailyAt.split(":").map(Number);
  new aws.scheduler.Schedule(name, {
    name: physicalName(name),
    description: `Runs ${JSON.stringify(input)}`,
    scheduleExpression: `cron(${minute} ${hour} ? * ${days} *)`,
    scheduleExpressionTimezone: "America/New_York",
    flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
    target: {
      arn: pipeline.arn,
      roleArn: role.arn,
      input: JSON.stringify(input),
      retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 2 * 3600 },
      deadLetterConfig: { arn: undelivered.arn },
    },
  });
}

import { allSurveysName, allSurveysSetting } from "@data-quest/core/constants";
import { allSurveys } from "./all-surveys.ts";
import { policy, trust } from "./policies.ts";
import { undelivered } from "./queues.ts";
import { weeklyScheduleName } from "./settings.ts";
import { physicalName, settings } from "./stage.ts";
import { pipeline } from "./workflow.ts";

/** What the schedule starts. */
const scheduled = settings.surveys === allSurveysSetting ? allSurveys : pipeline;

/**
 * Each survey has one run a day. With `weeklyVerify`, the run on Sunday compares everything with the source. If
 * `surveys` is `all`, AllSurveys runs once a day instead and, with `weeklyVerify`, compares a seventh of the
 * surveys each day.
 */
if (settings.scheduled) {
  const role = new aws.iam.Role("ScheduleRole", {
    name: physicalName("ScheduleRole"),
    assumeRolePolicy: trust("scheduler.amazonaws.com"),
    inlinePolicies: [
      {
        name: "inline",
        policy: policy(
          { actions: ["states:StartExecution"], resources: [scheduled.arn] },
          { actions: ["sqs:SendMessage"], resources: [undelivered.arn] },
        ),
      },
    ],
  });
  const { surveys, weeklyVerify } = settings;
  if (surveys === allSurveysSetting) schedule(allSurveysName, role, "MON-SUN", { weeklyVerify });
  else
    for (const survey of surveys) {
      schedule(`Daily-${survey}`, role, weeklyVerify ? "MON-SAT" : "MON-SUN", { survey });
      if (weeklyVerify) schedule(weeklyScheduleName(survey), role, "SUN", { survey, verify: true });
    }
}

/** Starts the state machine with `input` on the given days, at the stage's time. */
function schedule(name: string, role: aws.iam.Role, days: string, input: Record<string, unknown>): void {
  const [hour, minute] = settings.dailyAt.split(":").map(Number);
  new aws.scheduler.Schedule(name, {
    name: physicalName(name),
    description: `Runs ${JSON.stringify(input)}`,
    scheduleExpression: `cron(${minute} ${hour} ? * ${days} *)`,
    scheduleExpressionTimezone: "America/New_York",
    flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
    target: {
      arn: scheduled.arn,
      roleArn: role.arn,
      input: JSON.stringify(input),
      retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 2 * 3600 },
      deadLetterConfig: { arn: undelivered.arn },
    },
  });
}

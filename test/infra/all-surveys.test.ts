import { beforeAll, expect, test } from "vitest";
import { type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";
import { names, ofType, permissionsOf, the } from "./resources.ts";

let all: Synthesis;
let some: Synthesis;

beforeAll(async () => {
  const settings = { scheduled: true, publicAccess: true };
  [all, some] = (await synthesize(
    { settings: { ...settings, surveys: "all" } },
    { settings: { ...settings, surveys: ["pr", "cu"] } },
  )) as [Synthesis, Synthesis];
});

test("a single schedule starts AllSurveys every day, and the verification is spread over the week", () => {
  const [schedule, ...others] = ofType(all, "aws:scheduler/schedule:Schedule");
  expect(others).toEqual([]);
  expect(schedule?.inputs).toMatchObject({
    scheduleExpression: "cron(0 10 ? * MON-SUN *)",
    target: {
      arn: "arn:aws:states:us-east-1:000000000000:stateMachine:AllSurveys",
      input: '{"weeklyVerify":true}',
    },
  });
  expect(permissionsOf(the(all, "aws:iam/role:Role", "ScheduleRole"))[0]).toMatchObject({
    actions: ["states:StartExecution"],
    resources: ["state machine AllSurveys"],
  });
});

test("a single freshness alarm watches all surveys", () => {
  const alarms = names(all, "aws:cloudwatch/metricAlarm:MetricAlarm");
  expect(alarms.filter((name) => name.startsWith("NotSynced"))).toEqual(["NotSynced-AllSurveys"]);
  expect(the(all, "aws:cloudwatch/metricAlarm:MetricAlarm", "NotSynced-AllSurveys").inputs).toMatchObject({
    metricName: "CompletedAllSurveys",
    dimensions: { service: "SummarizeSurveys" },
    evaluationPeriods: 26,
  });
});

test("a corrected population starts only AllSurveys, or only Pipeline if the settings list the surveys", () => {
  const started = (synthesis: Synthesis) =>
    permissionsOf(the(synthesis, "aws:iam/role:Role", "PopulationEventRole"))
      .filter(({ actions }) => actions.includes("states:StartExecution"))
      .flatMap(({ resources }) => resources);
  expect(started(all)).toEqual(["state machine AllSurveys"]);
  expect(started(some)).toEqual(["state machine Pipeline"]);
  expect(all.links.Sources).toMatchObject({ surveys: "all" });
  expect(some.links.Sources).toMatchObject({ surveys: "pr cu" });
});

test("the dashboard shows the metrics of all surveys together", () => {
  const { dashboardBody } = the(all, "aws:cloudwatch/dashboard:Dashboard", "Dashboard").inputs;
  const { widgets } = JSON.parse(String(dashboardBody));
  const bytes = widgets.find(
    ({ properties }: { properties: { title: string } }) => properties.title === "Bytes stored",
  );
  expect(bytes.properties.metrics).toEqual([["data-quest/production", "BytesStored", "service", "Analyze"]]);
});

test("the state machine AllSurveys exists in every stage, for manual runs", () => {
  for (const synthesis of [all, some])
    expect(
      the(synthesis, "aws:sfn/stateMachine:StateMachine", "AllSurveysStateMachine").inputs,
    ).toMatchObject({
      name: "data-quest-production-AllSurveys",
      type: "STANDARD",
      tracingConfiguration: { enabled: true },
    });
});

test("on the public site, the root and folders redirect to an index.html, where relative links work", () => {
  const distribution = the(all, "aws:cloudfront/distribution:Distribution", "Public").inputs;
  expect(distribution.defaultRootObject).toBeUndefined();
  const redirect = the(all, "aws:cloudfront/function:Function", "PublicRedirect").inputs;
  const behaviors = [distribution.defaultCacheBehavior, distribution.orderedCacheBehaviors].flat();
  for (const behavior of behaviors)
    expect(behavior).toMatchObject({
      functionAssociations: [
        { eventType: "viewer-request", functionArn: expect.stringContaining("PublicRedirect") },
      ],
    });
  const handler = new Function(`${redirect.code}; return handler;`)();
  const ask = (uri: string) => handler({ request: { uri } });
  expect(ask("/")).toMatchObject({
    statusCode: 302,
    headers: { location: { value: "/reports/index.html" } },
  });
  expect(ask("/reports/pr/latest/")).toMatchObject({
    statusCode: 302,
    headers: { location: { value: "/reports/pr/latest/index.html" } },
  });
  expect(ask("/reports/pr/latest/index.html")).toEqual({ uri: "/reports/pr/latest/index.html" });
  expect(ask("/bls/pr/pr.series")).toEqual({ uri: "/bls/pr/pr.series" });
});

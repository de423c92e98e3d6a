/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app({ stage }) {
    const production = stage === "production";
    return {
      name: "data-quest",
      home: "aws",
      removal: production ? "retain" : "remove",
      protect: production,
      providers: {
        aws: {
          region: "us-east-1",
          defaultTags: { tags: { Project: "RearcDataQuest", Environment: stage } },
        },
      },
      // One sst-env.d.ts at the root serves every package.
      types: { ignore: ["packages"] },
    };
  },
  async run() {
    const { bronze, silver, gold } = await import("./infra/storage.ts");
    const { pipeline } = await import("./infra/workflow.ts");
    const { allSurveys } = await import("./infra/all-surveys.ts");
    await import("./infra/schedule.ts");
    await import("./infra/population-events.ts");
    await import("./infra/execution-ends.ts");
    await import("./infra/alarms.ts");
    await import("./infra/dashboard.ts");
    const { distribution } = await import("./infra/public.ts");
    const { dashboards } = await import("./infra/quicksight.ts");
    return {
      pipeline: pipeline.arn,
      allSurveys: allSurveys.arn,
      bronze: bronze.name,
      silver: silver.name,
      gold: gold.name,
      ...(distribution ? { site: $interpolate`https://${distribution.domainName}/` } : {}),
      ...(dashboards ? { dashboards } : {}),
    };
  },
});

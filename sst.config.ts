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
      // One sst-env.d.ts at the top serves every package.
      types: { ignore: ["packages"] },
    };
  },
  async run() {
    const { bronze, silver, gold } = await import("./infra/storage.ts");
    const { pipeline } = await import("./infra/workflow.ts");
    return {
      bronze: bronze.name,
      silver: silver.name,
      gold: gold.name,
      pipeline: pipeline.arn,
    };
  },
});

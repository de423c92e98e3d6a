import { describe, expect, test } from "vitest";
import { chooseDeployment, deploymentWords, type SourceOptions } from "./deployments.ts";

describe("deploymentWords", () => {
  test.each<[SourceOptions, string]>([
    [{}, ""],
    [{ source: "live", contact: "me@example.org" }, "--source live --contact me@example.org"],
    [
      { source: "live", populationSource: "sample", contact: "me@example.org" },
      "--source live --population-source sample --contact me@example.org",
    ],
    [
      { source: "http://127.0.0.1:8080/", populationSource: "live", contact: "me@example.org" },
      "--source http://127.0.0.1:8080/ --population-source live --contact me@example.org",
    ],
    [
      { concurrency: 8, maxRemovedShare: 0.5, bucketPrefix: "mine" },
      "--concurrency 8 --max-removed-share 0.5 --bucket-prefix mine",
    ],
  ])("are the options that chose the deployment: %j", (options, words) => {
    expect(deploymentWords(chooseDeployment(options, {})).join(" ")).toBe(words);
  });
});

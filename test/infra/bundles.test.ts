import { fileURLToPath } from "node:url";
import { deployedFunctions } from "@data-quest/local/deployment/deployment";
import { build } from "esbuild";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SEND_REQUESTS_TO_SOURCES = ["DiscoverFiles", "FetchPopulation", "ListSurveys", "SyncFile"];

test("only the functions that send requests to the sources load the HTTP client for them", async () => {
  const handlers = Object.entries(deployedFunctions()).map(([name, { handler }]) => ({
    in: handler.replace(/\.[^.]+$/, ".ts"),
    out: name,
  }));
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: handlers,
    outdir: "bundles",
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    metafile: true,
    logLevel: "silent",
  });
  const loads = Object.entries(metafile.outputs).flatMap(([output, { inputs }]) =>
    Object.keys(inputs).some((input) => input.includes("node_modules/undici/"))
      ? [output.replace(/^bundles\/|\.js$/g, "")]
      : [],
  );
  expect(loads.toSorted()).toEqual(SEND_REQUESTS_TO_SOURCES);
});

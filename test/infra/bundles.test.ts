import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderPage } from "@data-quest/core/report/page/page";
import { reportForTests, revisionsForTests } from "@data-quest/core/report/page/report.test-support";
import { deployedFunctions } from "@data-quest/local/deployment/deployment";
import { type BuildOptions, build } from "esbuild";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SEND_REQUESTS_TO_SOURCES = ["DiscoverFiles", "FetchPopulation", "ListSurveys", "SyncFile"];
const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  format: "esm",
  mainFields: ["module", "main"],
  logLevel: "silent",
} satisfies BuildOptions;

test("only the functions that send requests to the sources load undici", async () => {
  const handlers = Object.entries(deployedFunctions()).map(([name, { handler }]) => ({
    in: handler.replace(/\.[^.]+$/, ".ts"),
    out: name,
  }));
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: handlers,
    outdir: "bundles",
    write: false,
    metafile: true,
  });
  const loads = Object.entries(metafile.outputs).flatMap(([output, { inputs }]) =>
    Object.keys(inputs).some((input) => input.includes("node_modules/undici/"))
      ? [output.replace(/^bundles\/|\.js$/g, "")]
      : [],
  );
  expect(loads.toSorted()).toEqual(SEND_REQUESTS_TO_SOURCES);
});

test("a bundle with only the used parts of ECharts draws every chart of the page", async () => {
  const folder = mkdtempSync(join(tmpdir(), "data-quest-page-"));
  try {
    const outfile = join(folder, "page.mjs");
    const contents = 'export { renderPage } from "@data-quest/core/report/page/page";';
    await build({ ...OPTIONS, stdin: { contents, resolveDir: ROOT }, outfile });
    const bundled: { renderPage: typeof renderPage } = await import(outfile);
    const report = { ...reportForTests(), revisions: revisionsForTests(30) };
    const page = await renderPage(report);
    expect(page.match(/<svg /g)).toHaveLength(10);
    expect(await bundled.renderPage(report)).toBe(page);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

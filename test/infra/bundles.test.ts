import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { QuestionInput } from "@data-quest/core/questions/answering";
import { ANSWERINGS } from "@data-quest/core/questions/answering-list";
import { renderPage } from "@data-quest/core/report/page/page";
import { reportForTests, revisionsForTests } from "@data-quest/core/report/page/report.test-support";
import { deployedFunctions } from "@data-quest/local/deployment/deployment";
import { type BuildOptions, build } from "esbuild";
import { expect, test } from "vitest";
import { type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";

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

/** The files that go into each function's bundle, by function: all of them, or without dynamic imports. */
async function inputsOfFunctions({ atStart }: { atStart: boolean }): Promise<Map<string, string[]>> {
  const handlers = Object.entries(deployedFunctions()).map(([name, { handler }]) => ({
    in: handler.replace(/\.[^.]+$/, ".ts"),
    out: name,
  }));
  const { metafile } = await build({
    ...OPTIONS,
    splitting: true,
    entryPoints: handlers,
    outdir: "bundles",
    write: false,
    metafile: true,
  });
  function inputsOf(output: string, visited: Set<string>): string[] {
    const found = metafile.outputs[output];
    if (found === undefined || visited.has(output)) return [];
    visited.add(output);
    const imports = found.imports.filter(({ kind }) => !atStart || kind === "import-statement");
    return [...Object.keys(found.inputs), ...imports.flatMap(({ path }) => inputsOf(path, visited))];
  }
  return new Map(handlers.map(({ out }) => [out, inputsOf(`bundles/${out}.js`, new Set())]));
}

function functionsWith(library: RegExp, inputs: ReadonlyMap<string, readonly string[]>): string[] {
  return [...inputs]
    .flatMap(([name, files]) => (files.some((file) => library.test(file)) ? [name] : []))
    .sort();
}

test("SST is asked to split and minify every function's bundle", async () => {
  const [{ functions }] = (await synthesize({})) as [Synthesis];
  const options = functions.map(({ properties }) => properties);
  const expected = { splitting: true, minify: true, architecture: "arm64" };
  expect(options).toEqual(Object.keys(deployedFunctions()).map(() => expected));
});

test("only the functions that use undici, mathjs, or ECharts contain them", async () => {
  const inputs = await inputsOfFunctions({ atStart: false });
  expect(functionsWith(/node_modules\/undici\//, inputs)).toEqual(SEND_REQUESTS_TO_SOURCES);
  for (const library of [/node_modules\/mathjs\//, /node_modules\/echarts\//, /node_modules\/zrender\//])
    expect(functionsWith(library, inputs)).toEqual(["Analyze"]);
});

test("no function loads undici, mathjs, or ECharts before a call needs it", async () => {
  const inputs = await inputsOfFunctions({ atStart: true });
  expect(functionsWith(/node_modules\/@aws-sdk\/client-s3\//, inputs)).toContain("Analyze");
  expect(functionsWith(/node_modules\/(undici|mathjs|echarts|zrender)\//, inputs)).toEqual([]);
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

test("a bundle with only the used parts of mathjs computes the same statistics", async () => {
  const folder = mkdtempSync(join(tmpdir(), "data-quest-statistics-"));
  try {
    const outfile = join(folder, "statistics.mjs");
    const contents = 'export { ANSWERINGS } from "@data-quest/core/questions/answering-list";';
    const { metafile } = await build({
      ...OPTIONS,
      stdin: { contents, resolveDir: ROOT },
      outfile,
      metafile: true,
    });
    const parts = Object.keys(metafile.inputs).filter((file) => file.includes("node_modules/mathjs/"));
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.filter((file) => !file.includes("/lib/esm/"))).toEqual([]);
    const bundled: { ANSWERINGS: typeof ANSWERINGS } = await import(outfile);
    const [expected, answer] = await Promise.all([ANSWERINGS, bundled.ANSWERINGS].map(statisticsOf));
    expect(expected).toMatchObject({ mean: 331_536_654, standardDeviation: expect.any(Number) });
    expect(answer).toEqual(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function statisticsOf(answerings: typeof ANSWERINGS): Promise<unknown> {
  const population = [0, 1, 8, 27, 64].map((cube, index) => ({
    year: 2013 + index,
    population: 311_536_594 + cube * 1_000_003,
  }));
  const input: QuestionInput = {
    survey: "pr",
    population,
    data: { file: "", rows: 0, bestYears: [], observationsOf: () => [] },
    names: { columns: [], inOrder: none, find: async () => new Map(), sort: none },
    footnotes: async () => ({}),
  };
  const answering = answerings.find(({ key }) => key === "population");
  if (answering === undefined) throw new Error("there is no question about the population");
  return answering.answer(input, { years: [2013, 2017] });
}

function none(): never {
  throw new Error("the statistics need no names");
}

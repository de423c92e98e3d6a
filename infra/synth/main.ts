import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { staleArtifacts, writeArtifacts } from "./artifacts.ts";
import { ensurePlatform } from "./platform.ts";
import { synthesize } from "./synthesize.ts";

const help = `npm run synth -- [options]

Evaluates sst.config.ts with SST's own components, without AWS, and writes the files that the repository keeps:
pipeline.asl.json, all-surveys.asl.json and functions.json in packages/local/src/deployment, and sst-env.d.ts.

  --stage STAGE     the stage to evaluate (production)
  --settings JSON   settings that override the stage's own, such as '{"publicAccess":true}'
  --out FILE        write every resource with its resolved inputs as JSON to FILE, and nothing else
  --check           write nothing; fail if a file is out of date
  --install-only    only make sure that SST's platform is in .sst/platform
  --help            show this
`;

const { values } = parseArgs({
  options: {
    stage: { type: "string" },
    settings: { type: "string" },
    out: { type: "string" },
    check: { type: "boolean" },
    "install-only": { type: "boolean" },
    help: { type: "boolean" },
  },
});

if (values.help) console.log(help);
else if (values["install-only"]) await ensurePlatform();
else await main();

async function main(): Promise<void> {
  const { stage, out } = values;
  if (!out && (stage || values.settings))
    throw new Error(
      "The repository keeps only the files of the stage production, so --stage and --settings require --out",
    );
  const settings = JSON.parse(values.settings ?? "{}");
  const [synthesis] = await synthesize({ ...(stage ? { stage } : {}), settings });
  if (!synthesis) return;
  if (out) {
    await writeFile(out, `${JSON.stringify(synthesis, null, 2)}\n`);
    console.log(`${synthesis.resources.length} resources in ${out}`);
  } else if (values.check) {
    const stale = await staleArtifacts(synthesis);
    if (stale.length > 0)
      throw new Error(`Not up to date with sst.config.ts: ${stale.join(", ")}. Run npm run synth.`);
  } else {
    for (const path of await writeArtifacts(synthesis)) console.log(path);
  }
}

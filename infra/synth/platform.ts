import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { cache, platform, root } from "./folders.ts";
import { once } from "./once.ts";

const require = createRequire(import.meta.url);
/** Written by `sst install` as its last step. */
const providerLock = join(root, ".sst/provider-lock.json");

/**
 * Makes sure that the platform of the SST version in node_modules is in .sst/platform: its components, their
 * types, and the packages that they need, all from npm. Several processes may call this at
 * once; only one installs the platform. Throws an Error with SST's message if the installation fails.
 */
export async function ensurePlatform(): Promise<void> {
  const { version, binary } = sstCommand();
  await mkdir(cache, { recursive: true });
  await once(
    cache,
    () => platformIs(version),
    async () => {
      console.error(`Installing the platform of SST ${version} into .sst/platform (once, from npm) ...`);
      await install(binary);
      if (!(await platformIs(version)))
        throw new Error(
          `sst install did not install platform version ${version} in ${platform}: remove .sst and try again`,
        );
    },
    () => console.error(`Another process is installing the platform of SST ${version}. Waiting for it ...`),
  );
}

async function platformIs(version: string): Promise<boolean> {
  if (!existsSync(providerLock) || !existsSync(join(platform, "node_modules"))) return false;
  return (await readFile(join(platform, "version"), "utf8")).trim() === version;
}

/** Runs `sst install` with a separate home directory, so that the user's home directory is not used. */
async function install(binary: string): Promise<void> {
  const home = join(cache, "sst");
  const temporary = join(cache, "tmp");
  await rm(providerLock, { force: true });
  await mkdir(join(home, "sst/bin"), { recursive: true });
  await mkdir(temporary, { recursive: true });
  // `sst install` only asks Pulumi for its version. Without this stub, it would fetch Pulumi from GitHub.
  const stub = `#!/bin/sh\necho ${await pulumiVersionOf(binary)}\n`;
  await writeFile(join(home, "sst/bin/pulumi"), stub, { mode: 0o755 });
  try {
    await promisify(execFile)(binary, ["install", "--stage", "synth"], {
      cwd: root,
      env: {
        ...process.env,
        XDG_CONFIG_HOME: home,
        TMPDIR: temporary,
        NO_BUN: "1",
        SST_NO_BUN: "1",
        SST_TELEMETRY_DISABLED: "1",
        DO_NOT_TRACK: "1",
      },
    });
  } catch (error) {
    const said = error instanceof Error && "stdout" in error ? `${error.stdout}` : "";
    throw new Error(`sst install failed. The only network access it needs is to the npm registry. ${said}`, {
      cause: error,
    });
  }
}

/** SST's command line is a Go program that npm installs for this operating system and CPU. */
export function sstCommand(): { version: string; binary: string } {
  const manifest = `sst-${process.platform}-${process.arch}/package.json`;
  const { version } = require(manifest);
  return { version, binary: join(dirname(require.resolve(manifest)), "bin/sst") };
}

/**
 * The Pulumi version that SST requires. Go writes the version of every compiled-in module into the program.
 */
export async function pulumiVersionOf(binary: string): Promise<string> {
  const program = await readFile(binary);
  const mark = "dep\tgithub.com/pulumi/pulumi/sdk/v3\t";
  const at = program.indexOf(mark);
  const version = program.toString("latin1", at + mark.length, at + mark.length + 40).split("\t")[0];
  if (at < 0 || !version?.startsWith("v3."))
    throw new Error(`${binary} does not say which version of Pulumi it was built with: has SST changed?`);
  return version;
}

/** Where a local deployment's data comes from. */
import { join } from "node:path";
import { startReplica, writeSample } from "@data-quest/bls-replica";
import { blsTimeSeries, dataUsaPopulation } from "@data-quest/core/constants";
import type { Deployment } from "./deployment/deployment.ts";

/** The URLs of the sources. */
export type SourceAddresses = { timeSeries: string; population: string };

/** Determines the URLs. If a source is `sample`, the bundled sample is written to `stateDir` and served. */
export async function startSources(
  stateDir: string,
  { source, populationSource }: Deployment,
): Promise<SourceAddresses & { close: () => Promise<void> }> {
  let replica: Awaited<ReturnType<typeof startReplica>> | undefined;
  if (source === "sample" || populationSource === "sample") {
    const dir = join(stateDir, "sample");
    await writeSample(dir);
    replica = await startReplica({ dir, synthetic: true });
  }
  return {
    timeSeries: addressOf(source, blsTimeSeries, replica?.timeSeries),
    population: addressOf(populationSource, dataUsaPopulation, replica?.population),
    close: async () => replica?.close(),
  };
}

function addressOf(source: string, live: string, sample: string | undefined): string {
  if (source === "live") return live;
  return source === "sample" && sample !== undefined ? sample : source;
}

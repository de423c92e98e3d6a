/** The local deployment that the options of a command choose. */
import {
  blsTimeSeries,
  dataUsaPopulation,
  defaultConcurrency,
  defaultMaxRemovedShare,
} from "@data-quest/core/constants";
import type { Deployment } from "@data-quest/local/deployment/deployment";
import { Failure } from "./failure.ts";

/** The options that choose a local deployment. */
export type SourceOptions = {
  source?: string;
  populationSource?: string;
  contact?: string;
  concurrency?: number;
  maxRemovedShare?: number;
  bucketPrefix?: string;
};

/** The contact address sent to sources that do not need one: the sample and replicas. */
const PLACEHOLDER_CONTACT = "data-quest@example.com";

/**
 * The deployment that the options specify. Throws Failure for an invalid URL, and for a live source
 * without a contact address.
 */
export function chooseDeployment(options: SourceOptions, environment: NodeJS.ProcessEnv): Deployment {
  const source = sourceAddress("--source", options.source ?? "sample", blsTimeSeries);
  const populationSource = sourceAddress(
    "--population-source",
    options.populationSource ?? (options.source === "live" ? "live" : "sample"),
    dataUsaPopulation,
  );
  const contact = options.contact ?? environment.QUEST_CONTACT;
  if (contact === undefined && (source === blsTimeSeries || populationSource === dataUsaPopulation)) {
    throw new Failure(
      "--source live needs a contact address, which BLS requires: use --contact you@example.org or set QUEST_CONTACT",
    );
  }
  if (contact !== undefined && !/^[\x20-\x7e]+$/.test(contact))
    throw new Failure("--contact is sent in a header: it must be plain ASCII, such as you@example.org");
  return {
    source,
    populationSource,
    contact: contact ?? PLACEHOLDER_CONTACT,
    concurrency: options.concurrency ?? defaultConcurrency,
    maxRemovedShare: options.maxRemovedShare ?? defaultMaxRemovedShare,
    bucketPrefix: options.bucketPrefix ?? "data-quest",
  };
}

/** The command-line words that choose this deployment. */
export function deploymentWords(deployment: Deployment): string[] {
  const { source, populationSource, contact, concurrency, maxRemovedShare, bucketPrefix } = deployment;
  const isLive = source === blsTimeSeries;
  const usual = chooseDeployment({ contact: PLACEHOLDER_CONTACT, ...(isLive ? { source: "live" } : {}) }, {});
  const words: [option: string, value: string, usual: string][] = [
    ["--source", isLive ? "live" : source, "sample"],
    [
      "--population-source",
      populationSource === dataUsaPopulation ? "live" : populationSource,
      isLive ? "live" : "sample",
    ],
    ["--contact", contact, usual.contact],
    ["--concurrency", String(concurrency), String(usual.concurrency)],
    ["--max-removed-share", String(maxRemovedShare), String(usual.maxRemovedShare)],
    ["--bucket-prefix", bucketPrefix, usual.bucketPrefix],
  ];
  return words.flatMap(([option, value, preset]) => (value === preset ? [] : [option, value]));
}

function sourceAddress(option: string, value: string, live: string): string {
  if (value === "sample") return value;
  if (value === "live") return live;
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value;
  throw new Failure(
    `${option} ${value}: expected sample, live, or a URL that starts with http:// or https://`,
  );
}

/** The options of a command that choose the deployment. */
export function sourceOptions(options: SourceOptions): SourceOptions {
  const { source, populationSource, contact, concurrency, maxRemovedShare, bucketPrefix } = options;
  return { source, populationSource, contact, concurrency, maxRemovedShare, bucketPrefix };
}

/** True if the user specified any part of the deployment. */
export function isChosen(options: SourceOptions): boolean {
  return Object.values(options).some((value) => value !== undefined);
}

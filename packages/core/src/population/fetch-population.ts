/** Keeps the population file in Bronze up to date. */
import { createHash } from "node:crypto";
import { isCopy } from "../bronze/copies.ts";
import { reasons } from "../bronze/reasons.ts";
import { renewVersion } from "../bronze/renew.ts";
import {
  acceptedTag,
  isHeld,
  NULL_VERSION,
  provenanceMetadata,
  readStoredFile,
  type StoredFile,
} from "../bronze/stored-file.ts";
import { InvalidInput, WriteConflict } from "../errors.ts";
import { ask, header, readBody, type SourceClient } from "../source/http.ts";
import { type Bucket, putObject, readObject, writeTags } from "../storage/objects.ts";
import type { Execution, PopulationResult, Settings } from "../workflow.ts";
import { decidePopulation, type PopulationDecision } from "./decide-population.ts";
import { parsePopulation, populationKey } from "./population.ts";

export type PopulationDependencies = {
  source: SourceClient;
  /** The API address. */
  population: string;
  bronze: Bucket;
};

export const LARGEST_ANSWER_BYTES = 1024 * 1024;
const MOST_CONFLICTS = 3;

/**
 * Fetches the population and stores the response's exact bytes if they are new. A version that an operator
 * uploaded is kept until `acceptSource` lists the file. With `refresh: false`, the stored version is used. Throws
 * PopulationShapeChanged (before anything is stored), and the errors of the source and of storage.
 */
export async function fetchPopulation(
  dependencies: PopulationDependencies,
  settings: Settings,
  execution: Execution,
): Promise<PopulationResult> {
  for (let conflicts = 0; ; ) {
    try {
      return settings.refresh
        ? await refreshPopulation(dependencies, settings, execution)
        : await storedPopulation(dependencies);
    } catch (error) {
      if (!(error instanceof WriteConflict) || ++conflicts >= MOST_CONFLICTS) throw error;
    }
  }
}

async function storedPopulation({
  bronze,
}: Pick<PopulationDependencies, "bronze">): Promise<PopulationResult> {
  const stored = await readStoredFile(bronze, populationKey);
  if (stored?.versionId === NULL_VERSION) {
    await renewVersion(bronze, stored);
    return storedPopulation({ bronze });
  }
  if (stored) {
    const held = isHeld(stored) || (await isCopy(bronze, stored));
    return held
      ? keptPopulation(bronze, stored, "held", reasons.heldUnasked)
      : keptPopulation(bronze, stored, "unchanged", reasons.refreshOff);
  }
  throw new InvalidInput(
    `refresh: false analyzes what is stored, but s3://${bronze.name}/${populationKey} does not exist: run with refresh first`,
  );
}

/** The source's response, complete and checked. */
type PopulationAnswer = {
  url: URL;
  body: Buffer;
  years: [number, number];
  digest: Buffer;
  lastModified: string | undefined;
  synthetic: boolean;
};

/** Asks the source for the population. Throws PopulationShapeChanged, and the errors of the source. */
async function askPopulation(source: SourceClient, population: string): Promise<PopulationAnswer> {
  const answer = await ask(source, new URL(population), {
    accept: [200],
    headers: { accept: "application/json" },
  });
  const body = await readBody(answer, LARGEST_ANSWER_BYTES);
  return {
    url: answer.url,
    body,
    years: yearsOf(body),
    digest: createHash("sha256").update(body).digest(),
    lastModified: header(answer, "last-modified"),
    synthetic: header(answer, "x-data-quest-synthetic") === "true",
  };
}

/**
 * The source's response, what is stored, and the decision. Throws whatever `askPopulation` throws, and storage
 * errors.
 */
export async function comparePopulation(
  { source, population, bronze }: PopulationDependencies,
  settings: Settings,
): Promise<{ answer: PopulationAnswer; stored: StoredFile | undefined; decision: PopulationDecision }> {
  const answer = await askPopulation(source, population);
  const stored = await readStoredFile(bronze, populationKey);
  const same = stored !== undefined && (await contentHash(bronze, stored)) === answer.digest.toString("hex");
  const accepted = settings.acceptSource.includes(populationKey);
  const copied = stored !== undefined && !accepted && !same && (await isCopy(bronze, stored));
  return { answer, stored, decision: decidePopulation({ stored, same, copied, accepted }) };
}

async function refreshPopulation(
  dependencies: PopulationDependencies,
  settings: Settings,
  execution: Execution,
): Promise<PopulationResult> {
  const { bronze } = dependencies;
  const { answer, stored, decision } = await comparePopulation(dependencies, settings);
  if (stored?.versionId === NULL_VERSION) {
    await renewVersion(bronze, stored);
    return refreshPopulation(dependencies, settings, execution);
  }
  const { body, digest, years, lastModified } = answer;
  const sha256 = digest.toString("hex");
  if (stored && decision.do === "hold") return keptPopulation(bronze, stored, "held", decision.reason);
  if (stored && decision.do === "keep") {
    const accepted = settings.acceptSource.includes(populationKey);
    if (accepted && (isHeld(stored) || (await isCopy(bronze, stored)))) {
      const { held: _, ...tags } = stored.tags;
      const learned = { ...tags, sha256, accepted: acceptedTag(stored.versionId) };
      await writeTags(bronze, populationKey, stored.versionId, learned);
    }
    if (stored.metadata.execution !== execution.id)
      return keptPopulation(bronze, stored, "unchanged", decision.reason);
    const action = stored.metadata.replaces === undefined ? "created" : "updated";
    return keptPopulation(bronze, stored, action, reasons.ownWork);
  }
  const put = await putObject(bronze, populationKey, body, {
    contentType: "application/json",
    metadata: provenanceMetadata({
      source: answer.url.href,
      lastModified,
      execution: execution.id,
      replaces: stored?.versionId,
      synthetic: answer.synthetic,
    }),
    tags: { sha256 },
    sha256: digest,
    precondition: stored ? { etag: stored.etag } : "absent",
  });
  return {
    key: populationKey,
    action: stored ? "updated" : "created",
    reason: decision.reason,
    bytes: body.length,
    sha256,
    versionId: put.versionId,
    years,
  };
}

async function keptPopulation(
  bronze: Bucket,
  stored: StoredFile,
  action: PopulationResult["action"],
  reason: string,
): Promise<PopulationResult> {
  const body = await readObject(bronze, populationKey, stored.versionId);
  return {
    key: populationKey,
    action,
    reason,
    bytes: stored.bytes,
    sha256: createHash("sha256").update(body).digest("hex"),
    versionId: stored.versionId,
    years: yearsOf(body),
  };
}

/** The sha256 (hexadecimal) of the stored population file, from its tag or from its bytes. */
async function contentHash(bronze: Bucket, stored: StoredFile): Promise<string> {
  if (stored.tags.sha256 !== undefined) return stored.tags.sha256;
  const body = await readObject(bronze, stored.key, stored.versionId);
  return createHash("sha256").update(body).digest("hex");
}

function yearsOf(body: Buffer): [number, number] {
  const years = parsePopulation(body.toString("utf8")).map(({ year }) => year);
  return [Math.min(...years), Math.max(...years)];
}

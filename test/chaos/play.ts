/** Plays a history, and checks the result. */
import type { FaultRule } from "@data-quest/bls-replica";
import { bytesOf, type Harness, LONG_AGO, openHarness } from "../mirror/harness.ts";
import { type Publications, recordPublications } from "../mirror/publications.ts";
import type { Change, History, Run, Trouble } from "./history.ts";

const DAY = 86_400_000;
const PART = 8 * 1024 * 1024;

type Stage = { harness: Harness; publications: Publications; change: (change: Change) => Promise<void> };

/**
 * Plays a history followed by a healthy run. Returns the problems found. The list is empty if Bronze equals
 * the source byte for byte, all versions were published by the source, no stored bytes were uploaded again, and no
 * upload is left open.
 */
export async function play({ large, s3Attempts, steps }: History): Promise<string[]> {
  const harness = await openHarness({ maxRemovedShare: 1, s3Attempts });
  try {
    const stage = openStage(harness, large);
    await stage.publications.publish("pr.stays", "for ever", LONG_AGO);
    for (const [index, { changes, run }] of steps.entries()) {
      for (const change of changes) await stage.change(change);
      const succeeded = await playRun(stage, run, `run-${index}`);
      // Only S3's faults or a killed process may leave an upload open for a while.
      const isOwnFault = run.killedAt === null && run.troubles.every(({ on }) => on === "source");
      if ((isOwnFault || succeeded) && (await harness.openUploads()) > 0)
        return [`run-${index} left an upload open`];
    }
    return await judge(stage);
  } finally {
    await harness.close();
  }
}

/** The publisher. Every change is on a new day, but a restored version keeps its old date. */
function openStage(harness: Harness, large: boolean): Stage {
  const publications = recordPublications(harness);
  const past = new Map<string, { body: Buffer; modified: Date }[]>();
  let day = 0;

  async function publish(path: string, body: Buffer, modified = new Date(LONG_AGO.getTime() + ++day * DAY)) {
    past.set(path, [...(past.get(path) ?? []), { body, modified }]);
    await publications.publish(path, body, modified);
  }

  async function change(change: Change): Promise<void> {
    const path = `pr.${change.file}`;
    const body = publications.source.get(path);
    switch (change.do) {
      case "publish":
        return publish(
          path,
          contentOf(change.content, change.size + (large && change.file === 0 ? PART : 0)),
        );
      case "touch":
        return body && publish(path, body);
      case "remove":
        return body && publications.unpublish(path);
      case "rename":
        if (body === undefined || change.to === change.file) return;
        await publications.unpublish(path);
        return publish(`pr.${change.to}`, body);
      case "restore": {
        const earlier = past.get(path)?.at(-2);
        return earlier && publish(path, earlier.body, earlier.modified);
      }
    }
  }
  return { harness, publications, change };
}

/** Contents that differ only at their start or end, so the first part of a large file may be stored already. */
function contentOf(content: number, size: number): Buffer {
  const body = bytesOf(size, 1);
  bytesOf(Math.min(size, 200), content).copy(body, content % 2 === 0 ? 0 : Math.max(0, size - 200));
  return body;
}

/** Returns true if the run, and its concurrent run if there is one, synced every file. */
async function playRun(stage: Stage, run: Run, name: string): Promise<boolean> {
  const { harness } = stage;
  const sourceTroubles = run.troubles.filter((trouble) => trouble.on === "source");
  harness.replica.setFaults(sourceTroubles.flatMap((trouble) => rulesOf(trouble, stage)));
  setS3Troubles(harness, run);
  const names = run.rival ? [name, `${name}-rival`] : [name];
  const succeeded = await Promise.all(names.map((each) => attempt(harness, each, run.verify)));
  harness.replica.setFaults([]);
  harness.setS3Faults();
  return succeeded.every(Boolean);
}

/** A run that may fail. Returns whether it succeeded. */
async function attempt(harness: Harness, execution: string, verify: boolean): Promise<boolean> {
  try {
    const results = await harness.syncItems(await harness.discover({ verify }), execution);
    return [...results.values()].every((result) => !(result instanceof Error));
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Error" || error.name === "TypeError") throw error;
    return false;
  }
}

function rulesOf(trouble: Trouble & { on: "source" }, { change }: Stage): FaultRule[] {
  const { match, after } = trouble;
  const healthy: FaultRule = { match, times: after, fault: { kind: "meanwhile" } };
  if ("fault" in trouble) return [healthy, { match, times: trouble.times, fault: trouble.fault }];
  const before = () => change(trouble.change);
  return [healthy, { match, times: 1, fault: { kind: "meanwhile", before } }];
}

/** Sets a run's S3 faults. After the run is killed, no request reaches S3 or the source. */
function setS3Troubles(harness: Harness, { troubles, killedAt, killedWhen }: Run): void {
  const s3Troubles = troubles.filter((trouble) => trouble.on === "S3");
  const seen = s3Troubles.map(() => 0);
  let requests = 0;
  harness.setS3Faults(({ operation }) => {
    const request = requests++;
    if (killedAt !== null && request >= killedAt) {
      if (request === killedAt) harness.replica.setFaults([{ match: /./, fault: { kind: "reset" } }]);
      return { kind: "reset", when: request === killedAt ? killedWhen : "before" };
    }
    for (const [index, trouble] of s3Troubles.entries()) {
      if (trouble.operation !== operation) continue;
      const count = seen[index] ?? 0;
      seen[index] = count + 1;
      if (count >= trouble.after && count < trouble.after + trouble.times) return trouble.fault;
    }
    return undefined;
  });
}

async function judge({ harness, publications }: Stage): Promise<string[]> {
  // Uploads left by a killed process are kept for a quarter of an hour before they are cleaned up.
  harness.dependencies.source.now = () => new Date(Date.now() + DAY);
  const missing = (await publications.differences()).length;
  const stored = await harness.objects();
  harness.s3Requests.length = 0;
  await harness.sync({}, "healthy");
  const wrong = [...(await publications.differences()), ...(await publications.brokenPromises())];
  const allowed = [...publications.source]
    .filter(([path, body]) => stored.get(`bls/pr/${path}`) !== body.toString("latin1"))
    .reduce((sum, [, body]) => sum + body.length, 0);
  const sent = bytesSent(harness);
  if (sent > allowed) wrong.push(`${sent} bytes were sent for ${missing} files, but ${allowed} were enough`);

  harness.s3Requests.length = 0;
  harness.replica.requests.length = 0;
  await harness.sync({}, "nothing to do");
  if (bytesSent(harness) > 0) wrong.push("bytes were sent although there was nothing to do");
  if (harness.replica.requests.length > 1)
    wrong.push("files were requested although there was nothing to do");
  return wrong;
}

function bytesSent(harness: Harness): number {
  return harness.s3Requests
    .filter(({ operation }) => operation === "PutObject" || operation === "UploadPart")
    .reduce((sum, { bytesIn }) => sum + bytesIn, 0);
}

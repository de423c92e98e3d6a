/** Decides which stored executions, reports, and object versions are old enough to remove. */

/**
 * What is kept: a number of the newest items, and all items up to an age. An item that matches either rule is
 * kept.
 */
export type Policy = {
  /** How many executions of each state machine and survey, and how many versions of each object, are kept. */
  keepLast: number;
  /** Everything newer than this many milliseconds is kept. */
  keepWithin: number;
};

/**
 * Times in a listing are rounded down to whole seconds. The start time of an execution includes milliseconds.
 */
const LISTED_PRECISION = 1000;

/** An execution. Times are milliseconds since 1970. `output` is JSON text. */
export type PrunableExecution = {
  arn: string;
  name: string;
  stateMachineName: string;
  survey: string | null;
  isRunning: boolean;
  startDate: number;
  output: string | undefined;
  bytes: number;
};

/** A version of an object, or a delete marker (0 bytes). The versions of a key come newest first. */
export type PrunableVersion = {
  bucket: string;
  key: string;
  versionId: string;
  isDeleteMarker: boolean;
  modified: number;
  bytes: number;
};

/** A folder of report files that a command copied to the state directory. */
export type ReportCopy = { survey: string; execution: string; path: string; bytes: number };

export type Inventory = {
  now: number;
  executions: PrunableExecution[];
  versions: PrunableVersion[];
  copies: ReportCopy[];
  /** The bucket of the reports. */
  gold: string;
  /** The executions with the latest reports, as `<survey>/<execution>`. */
  latest: string[];
};

/** A report: all versions of all its files. */
export type PrunableReport = {
  survey: string;
  execution: string;
  versions: PrunableVersion[];
  bytes: number;
};

/** What is to be removed, and how much is kept. `versions` does not include the versions of reports. */
export type PrunePlan = {
  executions: PrunableExecution[];
  reports: PrunableReport[];
  versions: PrunableVersion[];
  copies: ReportCopy[];
  bytes: number;
  kept: { executions: number; reports: number; versions: number };
};

/**
 * Decides what to remove.
 *
 * - Executions: all except recent executions, running executions, and the newest executions of each state
 *   machine and survey.
 * - Reports: those whose execution is removed or no longer stored. A report is kept if the output of a kept
 *   execution refers to it (an execution that changed nothing refers to an earlier execution's report). The
 *   latest report of each survey is kept, too.
 * - Versions of other objects: versions that `policy` does not keep and that were replaced before the oldest
 *   kept execution started. Kept executions can then still be redriven, and the versions that their reports
 *   refer to still exist. The current version of an object is kept unless it is an old delete marker that hides
 *   no kept version. Versions that the output of a kept execution refers to are always kept.
 * - Audits are always kept: they record what was done, and are small.
 */
export function planPrune(inventory: Inventory, policy: Policy): PrunePlan {
  const keptExecutions = executionsToKeep(inventory, policy);
  const named = namedBy(keptExecutions);
  const keptNames = new Set(keptExecutions.map(({ name }) => name));
  for (const report of inventory.latest) named.reports.add(report);
  const isKeptReport = (survey: string, execution: string) =>
    keptNames.has(execution) || named.reports.has(`${survey}/${execution}`);

  const reports = new Map<string, PrunableReport>();
  const others: PrunableVersion[] = [];
  for (const version of inventory.versions) {
    const report = version.bucket === inventory.gold ? reportOf(version.key) : undefined;
    if (report === undefined) {
      others.push(version);
      continue;
    }
    const name = `${report.survey}/${report.execution}`;
    const found = reports.get(name) ?? { ...report, versions: [], bytes: 0 };
    found.versions.push(version);
    found.bytes += version.bytes;
    reports.set(name, found);
  }
  const oldestKept = Math.min(inventory.now, ...keptExecutions.map(({ startDate }) => startDate));
  const plan = {
    executions: inventory.executions.filter((execution) => !keptExecutions.includes(execution)),
    reports: [...reports.values()].filter(({ survey, execution }) => !isKeptReport(survey, execution)),
    versions: [...Map.groupBy(others, ({ bucket, key }) => `${bucket}/${key}`).values()].flatMap((versions) =>
      oldVersions(versions, inventory, policy, oldestKept, named.versions),
    ),
    copies: inventory.copies.filter(({ survey, execution }) => !isKeptReport(survey, execution)),
  };
  return {
    ...plan,
    bytes: [...plan.executions, ...plan.reports, ...plan.versions, ...plan.copies].reduce(
      (sum, { bytes }) => sum + bytes,
      0,
    ),
    kept: {
      executions: keptExecutions.length,
      reports: reports.size - plan.reports.length,
      versions: others.length - plan.versions.length,
    },
  };
}

function executionsToKeep({ executions, now }: Inventory, policy: Policy): PrunableExecution[] {
  const groups = Map.groupBy(executions, ({ stateMachineName, survey }) => `${stateMachineName}/${survey}`);
  return [...groups.values()].flatMap((group) =>
    group
      .toSorted((one, other) => other.startDate - one.startDate)
      .filter(
        ({ isRunning, startDate }, index) =>
          isRunning || index < policy.keepLast || now - startDate < policy.keepWithin,
      ),
  );
}

/** The versions of one object that are to be removed. `versions` come newest first. */
function oldVersions(
  versions: PrunableVersion[],
  { now }: Inventory,
  policy: Policy,
  oldestKept: number,
  named: Set<string>,
): PrunableVersion[] {
  const isOld = ({ modified }: PrunableVersion) =>
    modified + LISTED_PRECISION <= oldestKept && now - modified >= policy.keepWithin;
  const old = versions.filter((version, index) => {
    const successor = versions[index - 1];
    if (successor === undefined || index < policy.keepLast || named.has(nameOf(version))) return false;
    return isOld(successor);
  });
  const [current] = versions;
  // A delete marker that hides no version has no purpose.
  const isExpired = current?.isDeleteMarker === true && old.length === versions.length - 1 && isOld(current);
  return isExpired ? versions : old;
}

function nameOf({ key, versionId }: { key: string; versionId: string }): string {
  return `${key}\n${versionId}`;
}

/**
 * The report that a key in Gold belongs to. `latest` is not a report: the objects in it have versions like
 * any other object.
 */
function reportOf(key: string): { survey: string; execution: string } | undefined {
  const [, survey, execution] = /^reports\/([^/]+)\/([^/]+)\/./.exec(key) ?? [];
  if (survey === undefined || execution === undefined || execution === "latest") return undefined;
  return { survey, execution };
}

/**
 * What the outputs of executions refer to: reports as `<survey>/<execution>`, and versions as `nameOf`
 * returns them.
 */
function namedBy(executions: PrunableExecution[]): { reports: Set<string>; versions: Set<string> } {
  const reports = new Set<string>();
  const versions = new Set<string>();
  const read = (value: unknown): void => {
    if (typeof value === "string") {
      const report = reportOf(value);
      if (report !== undefined) reports.add(`${report.survey}/${report.execution}`);
    } else if (typeof value === "object" && value !== null) {
      if ("key" in value && "versionId" in value && typeof value.versionId === "string")
        versions.add(nameOf({ key: String(value.key), versionId: value.versionId }));
      for (const part of Object.values(value)) read(part);
    }
  };
  for (const { output } of executions) if (output !== undefined) read(JSON.parse(output));
  return { reports, versions };
}

/** Which packages may import which other packages, as rules for dependency-cruiser. */
import type { IForbiddenRuleType } from "dependency-cruiser";

/**
 * Which of this repository's packages each package may import. Servers do not depend on each other, so each
 * can be published separately.
 */
export const allowedImports: Record<string, readonly string[]> = {
  "execution-history": [],
  "loopback-server": [],
  "state-directory": [],
  core: ["execution-history"],
  explore: ["core"],
  "bls-replica": ["loopback-server"],
  functions: ["core", "execution-history"],
  "s3-server": ["loopback-server", "state-directory"],
  "step-functions": ["state-directory"],
  "lambda-host": ["step-functions"],
  local: [
    "bls-replica",
    "core",
    "lambda-host",
    "loopback-server",
    "s3-server",
    "state-directory",
    "step-functions",
  ],
  console: [
    "core",
    "execution-history",
    "explore",
    "local",
    "loopback-server",
    "state-directory",
    "step-functions",
  ],
  cli: [
    "bls-replica",
    "console",
    "core",
    "execution-history",
    "lambda-host",
    "local",
    "s3-server",
    "state-directory",
    "step-functions",
  ],
};

/** The modules that infra and the packages share. */
const sharedConstants = "^packages/core/src/constants\\.ts$";
const queries = "^packages/core/src/silver/queries\\.ts$";
/** Modules with facts about periods and surveys. They import nothing. */
const facts = "^packages/core/src/(bls-file/periods|surveys)\\.ts$";

const directions = Object.entries(allowedImports).map(([name, others]): IForbiddenRuleType => {
  const from = name === "cli" ? "^packages/cli/(src|bin)/" : `^packages/${name}/`;
  return {
    name: `${name}-imports-only-${others.join("-") || "itself"}`,
    severity: "error",
    from: { path: from },
    to: { path: "^(packages|infra|test)/", pathNot: `^packages/(${[name, ...others].join("|")})/` },
  };
});

export const rules: IForbiddenRuleType[] = [
  ...directions,
  {
    name: "core-knows-no-lambda-or-step-functions",
    severity: "error",
    from: { path: "^packages/core/" },
    to: {
      path: "node_modules/(aws-lambda|@types/aws-lambda|@aws-sdk/client-(sfn|lambda)|@aws-lambda-powertools|sst)/",
    },
  },
  {
    name: "infra-imports-only-constants-facts-and-queries",
    severity: "error",
    from: { path: "^infra/", pathNot: "^infra/synth/" },
    to: { path: "^(packages|test)/", pathNot: [sharedConstants, facts, queries] },
  },
  {
    // infra/synth runs on a developer's machine, and is not part of a deployment.
    name: "synth-also-imports-state-directory",
    severity: "error",
    from: { path: "^infra/synth/" },
    to: {
      path: "^(packages|test)/",
      pathNot: [sharedConstants, facts, queries, "^packages/state-directory/"],
    },
  },
  {
    name: "queries-import-only-facts",
    severity: "error",
    from: { path: queries },
    to: { pathNot: [sharedConstants, facts] },
  },
  {
    name: "shared-constants-and-facts-import-nothing",
    severity: "error",
    from: { path: [sharedConstants, facts] },
    to: {},
  },
  {
    name: "packages-are-imported-by-name",
    severity: "error",
    from: { path: "^(packages/[^/]+|infra|test)/" },
    to: { path: "^packages/", pathNot: "^$1/", dependencyTypes: ["local"], dependencyTypesNot: ["aliased"] },
  },
  {
    name: "imports-resolve",
    severity: "error",
    from: {},
    to: { couldNotResolve: true, pathNot: "^(aws-lambda$|@pulumi/)" },
  },
  { name: "no-file-cycles", severity: "error", from: {}, to: { circular: true } },
  {
    name: "no-folder-cycles",
    severity: "error",
    scope: "folder",
    from: {},
    to: { circular: true },
  },
];

import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { stateMachineArn } from "../arns.ts";
import { checkDefinition, readDefinition } from "../definition/check.ts";
import { ApiException } from "../exceptions.ts";
import { isValidName, Limits } from "../limits.ts";
import { checkNotDeleting, checkStateMachineArn, executionOf, stateMachineOf } from "../resources.ts";
import { filesOf, machinesDirectory, removeIfIdle, type Service } from "../service.ts";
import { readSnapshot } from "../store/executions.ts";
import { type StateMachineRecord, saveStateMachine } from "../store/state-machines.ts";
import { Arn, IncludedData, MaxResults, NextToken, operation, seconds } from "./operation.ts";
import { byDate, pageOf } from "./paging.ts";
import { readTags, Tags } from "./tags.ts";

const Definition = z.string().min(1).max(Limits.definitionLength);
const Configuration = z.record(z.string(), z.json());
const Logging = z.object({
  level: z.enum(["ALL", "ERROR", "FATAL", "OFF"]).default("OFF"),
  includeExecutionData: z.boolean().optional(),
  destinations: z
    .array(z.object({ cloudWatchLogsLogGroup: z.object({ logGroupArn: z.string() }) }))
    .default([]),
});
const Tracing = z.object({ enabled: z.boolean().optional() });
const Type = z.enum(["STANDARD", "EXPRESS"]).default("STANDARD");

const settings = {
  loggingConfiguration: Configuration.refine(isOfForm(Logging), "not a logging configuration").optional(),
  tracingConfiguration: Configuration.refine(isOfForm(Tracing), "not a tracing configuration").optional(),
  publish: z.boolean().optional(),
  versionDescription: z.string().optional(),
  encryptionConfiguration: z.json().optional(),
};

/**
 * Creates a state machine. Idempotent by name, definition, logging, and tracing: a different role or
 * different tags are ignored
 * (docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html).
 */
export const createStateMachine = operation(
  z.object({
    name: z.string(),
    definition: Definition,
    roleArn: z.string(),
    type: Type,
    tags: Tags.default([]),
    ...settings,
  }),
  async (service, input) => {
    if (!isValidName(input.name)) throw new ApiException("InvalidName", `Invalid Name: '${input.name}'`);
    checkRole(input.roleArn);
    checkSupported(input);
    if (input.type === "EXPRESS") throw expressRefused();
    readDefinition(input.definition);
    const arn = stateMachineArn(service.location, input.name);
    const existing = service.machines.get(arn);
    if (existing !== undefined) return existingMachine(existing, input);
    const now = service.clock.now();
    const machine: StateMachineRecord = {
      arn,
      name: input.name,
      definition: input.definition,
      roleArn: input.roleArn,
      creationDate: now,
      updateDate: now,
      revisionId: randomUUID(),
      deleting: false,
      tags: readTags(input.tags),
      loggingConfiguration: input.loggingConfiguration ?? {},
      tracingConfiguration: input.tracingConfiguration ?? {},
    };
    await keep(service, machine);
    return { stateMachineArn: arn, creationDate: seconds(now) };
  },
);

function existingMachine(
  existing: StateMachineRecord,
  input: {
    definition: string;
    loggingConfiguration?: object | undefined;
    tracingConfiguration?: object | undefined;
  },
): object {
  const { arn, name } = existing;
  if (existing.deleting)
    throw new ApiException("StateMachineDeleting", `State machine is being deleted: '${arn}'`);
  const { loggingConfiguration = {}, tracingConfiguration = {} } = input;
  if (
    existing.definition !== input.definition ||
    !isDeepStrictEqual(withDefaults(existing), withDefaults({ loggingConfiguration, tracingConfiguration }))
  ) {
    throw new ApiException("StateMachineAlreadyExists", `State Machine Already Exists: '${name}' (${arn})`);
  }
  return { stateMachineArn: arn, creationDate: seconds(existing.creationDate) };
}

/** Updates a state machine. Running executions keep the definition they started with. */
export const updateStateMachine = operation(
  z.object({
    stateMachineArn: Arn,
    definition: Definition.optional(),
    roleArn: z.string().optional(),
    ...settings,
  }),
  async (service, input) => {
    const machine = stateMachineOf(service, input.stateMachineArn);
    checkNotDeleting(machine);
    checkSupported(input);
    const { definition, roleArn, loggingConfiguration, tracingConfiguration } = input;
    const changes = { definition, roleArn, loggingConfiguration, tracingConfiguration };
    if (Object.values(changes).every((change) => change === undefined)) {
      throw new ApiException(
        "MissingRequiredParameter",
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
      );
    }
    if (definition !== undefined) readDefinition(definition);
    if (roleArn !== undefined) checkRole(roleArn);
    const updated: StateMachineRecord = {
      ...machine,
      definition: definition ?? machine.definition,
      roleArn: roleArn ?? machine.roleArn,
      loggingConfiguration: loggingConfiguration ?? machine.loggingConfiguration,
      tracingConfiguration: tracingConfiguration ?? machine.tracingConfiguration,
      updateDate: service.clock.now(),
      revisionId: randomUUID(),
    };
    await keep(service, updated);
    return { updateDate: seconds(updated.updateDate), revisionId: updated.revisionId };
  },
);

export const describeStateMachine = operation(
  z.object({ stateMachineArn: Arn, includedData: IncludedData }),
  (service, input) => {
    const machine = stateMachineOf(service, input.stateMachineArn);
    const { updateDate: _updateDate, ...description } = describe(machine, input.includedData);
    return {
      ...description,
      status: machine.deleting ? "DELETING" : "ACTIVE",
      type: "STANDARD",
      creationDate: seconds(machine.creationDate),
    };
  },
);

/** The state machine as it was when the execution started. */
export const describeStateMachineForExecution = operation(
  z.object({ executionArn: Arn, includedData: IncludedData }),
  async (service, input) =>
    describe(
      await readSnapshot(filesOf(service, executionOf(service, input.executionArn))),
      input.includedData,
    ),
);

function describe(machine: StateMachineRecord, includedData: z.infer<typeof IncludedData>) {
  return {
    stateMachineArn: machine.arn,
    name: machine.name,
    // For METADATA_ONLY, the API reference specifies {}.
    definition: includedData === "ALL_DATA" ? machine.definition : "{}",
    roleArn: machine.roleArn,
    updateDate: seconds(machine.updateDate),
    revisionId: machine.revisionId,
    ...withDefaults(machine),
  };
}

function withDefaults(machine: { loggingConfiguration: object; tracingConfiguration: object }) {
  return {
    loggingConfiguration: { level: "OFF", includeExecutionData: false, ...machine.loggingConfiguration },
    tracingConfiguration: { enabled: false, ...machine.tracingConfiguration },
  };
}

/** Lists the state machines, oldest first. */
export const listStateMachines = operation(
  z.object({ maxResults: MaxResults, nextToken: NextToken }),
  (service, input) => {
    const machines = [...service.machines.values()];
    const list = byDate(machines, ({ creationDate, name }) => ({ date: creationDate, name }), "earliest");
    const page = pageOf(list, { list: "state machines" }, input);
    const stateMachines = page.items.map(({ arn, name, creationDate }) => ({
      stateMachineArn: arn,
      name,
      type: "STANDARD",
      creationDate: seconds(creationDate),
    }));
    return { stateMachines, nextToken: page.nextToken };
  },
);

/** Deletes a state machine once none of its executions is running. The histories of the executions are kept. */
export const deleteStateMachine = operation(z.object({ stateMachineArn: Arn }), async (service, input) => {
  checkStateMachineArn(input.stateMachineArn);
  if (/:stateMachine:[^:]*:/.test(input.stateMachineArn)) {
    const message =
      "Versions and aliases of state machines are not supported here: specify the ARN without a version or alias";
    throw new ApiException("ValidationException", message);
  }
  const machine = service.machines.get(input.stateMachineArn);
  if (machine === undefined) return {};
  const deleting = { ...machine, deleting: true };
  await keep(service, deleting);
  await removeIfIdle(service, deleting);
  return {};
});

/** Reports the faults of a definition, and stores nothing. */
export const validateStateMachineDefinition = operation(
  z.object({
    definition: Definition,
    type: Type,
    severity: z.enum(["ERROR", "WARNING"]).optional(),
    maxResults: z.int().min(0).max(100).optional(),
  }),
  (_service, input) => {
    if (input.type === "EXPRESS") throw expressRefused();
    const result = checkDefinition(input.definition);
    const diagnostics = "diagnostics" in result ? result.diagnostics : [];
    const most = input.maxResults === undefined || input.maxResults === 0 ? 100 : input.maxResults;
    return {
      result: diagnostics.length > 0 ? "FAIL" : "OK",
      diagnostics: diagnostics.slice(0, most),
      truncated: diagnostics.length > most,
    };
  },
);

export function expressRefused(): ApiException {
  return new ApiException(
    "StateMachineTypeNotSupported",
    "Express state machines are not supported here: create a state machine of type STANDARD",
  );
}

function isOfForm(schema: z.ZodType): (value: unknown) => boolean {
  return (value) => schema.safeParse(value).success;
}

/** Refuses settings that would be stored but have no effect, and logging without a destination. */
function checkSupported(input: {
  loggingConfiguration?: unknown;
  publish?: boolean | undefined;
  versionDescription?: string | undefined;
  encryptionConfiguration?: unknown;
}): void {
  const field =
    input.encryptionConfiguration !== undefined
      ? "encryptionConfiguration"
      : input.publish
        ? "publish"
        : input.versionDescription !== undefined
          ? "versionDescription"
          : undefined;
  const { level, destinations } = Logging.parse(input.loggingConfiguration ?? {});
  if (level !== "OFF" && destinations.length === 0) {
    const message = `Invalid Logging Configuration: 'destinations' is required if 'level' is ${level}`;
    throw new ApiException("InvalidLoggingConfiguration", message);
  }
  if (field === undefined) return;
  const what =
    field === "encryptionConfiguration"
      ? "Encryption with a customer managed key is"
      : "Versions of state machines are";
  throw new ApiException("ValidationException", `${what} not supported here: leave '${field}' out`);
}

function checkRole(arn: string): void {
  if (/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(arn)) return;
  throw new ApiException("InvalidArn", `Invalid Arn: '${arn}' is not the ARN of an IAM role`);
}

async function keep(service: Service, machine: StateMachineRecord): Promise<void> {
  service.machines.set(machine.arn, machine);
  await saveStateMachine(machinesDirectory(service), machine);
}

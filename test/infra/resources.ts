/** Looks up parts of a synthesis. */
import type { ResourceRecord, Synthesis } from "../../infra/synth/synthesize.ts";

/** All resources of a type, such as `aws:sqs/queue:Queue`. */
export function ofType({ resources }: Synthesis, type: string): ResourceRecord[] {
  return resources.filter((resource) => resource.type === type);
}

/** The one resource with a type and name. Throws an Error if it does not exist. */
export function the({ resources }: Synthesis, type: string, name: string): ResourceRecord {
  const found = resources.find((resource) => resource.type === type && resource.name === name);
  if (!found) throw new Error(`The synthesis has no ${type} ${name}`);
  return found;
}

/** The names of all resources of a type. */
export function names(synthesis: Synthesis, type: string): string[] {
  return ofType(synthesis, type).map(({ name }) => name);
}

/** A statement of a policy. Its actions and resources are always lists. Resources have short names. */
export type Statement = {
  effect: string;
  actions: string[];
  resources: string[];
  principal: unknown;
  condition: unknown;
};

/** The statements of a policy, given as JSON or as an object. */
export function statements(policy: unknown): Statement[] {
  const document = typeof policy === "string" ? JSON.parse(policy) : policy;
  return [document.Statement].flat().map((statement) => ({
    effect: statement.Effect,
    actions: [statement.Action ?? []].flat(),
    resources: [statement.Resource ?? []].flat().map(shortName),
    principal: statement.Principal,
    condition: statement.Condition,
  }));
}

/** The statements of a role's inline policies. */
export function permissionsOf(role: ResourceRecord): Statement[] {
  const policies = (role.inputs.inlinePolicies ?? []) as { policy: unknown }[];
  return policies.flatMap(({ policy }) => statements(policy));
}

/** A readable form of an ARN, such as `Bronze/bls/*`, `function SyncFile`, `logs /aws/lambda/...`. */
export function shortName(arn: string): string {
  return arn
    .replace(/^arn:aws:s3:::data-quest-[a-z]+-(bronze|silver|gold)bucket-[a-z]{8}/, (_, name: string) => {
      return name.charAt(0).toUpperCase() + name.slice(1);
    })
    .replace(/^arn:aws:lambda:us-east-1:000000000000:function:/, "function ")
    .replace(/^arn:aws:states:us-east-1:000000000000:stateMachine:/, "state machine ")
    .replace(/^arn:aws:states:us-east-1:000000000000:execution:/, "execution ")
    .replace(/^arn:aws:glue:us-east-1:000000000000:/, "glue ")
    .replace(/^arn:aws:events:us-east-1:000000000000:rule\//, "rule ")
    .replace(/^arn:aws:logs:us-east-1:000000000000:log-group:/, "logs ")
    .replace(/^arn:aws:sqs:us-east-1:000000000000:data-quest-[a-z]+-/, "queue ")
    .replace(/^arn:aws:sns:us-east-1:000000000000:data-quest-[a-z]+-/, "topic ")
    .replace(/^arn:aws:athena:us-east-1:000000000000:/, "athena ")
    .replace(/^arn:aws:kms:us-east-1:000000000000:key\//, "key ");
}

/** The ARN of a queue of the stage production. */
export function queueArn(name: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:data-quest-production-${name}`;
}

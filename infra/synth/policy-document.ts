type Principal = {
  type: string;
  identifiers: string[];
};

type Condition = {
  test: string;
  variable: string;
  values: string[];
};

type StatementInput = {
  sid?: string;
  effect?: string;
  actions?: string[];
  resources?: string[];
  principals?: Principal[];
  conditions?: Condition[];
};

/**
 * The response of aws.iam.getPolicyDocument: the given statements, and the policy in IAM's JSON. Without the
 * statements, SST considers a policy empty and leaves it off the role.
 */
export function policyDocument(inputs: Record<string, unknown>): Record<string, unknown> {
  const statements = Array.isArray(inputs.statements) ? inputs.statements : [];
  return {
    statements,
    id: "policy",
    json: JSON.stringify({ Version: "2012-10-17", Statement: statements.map(toStatement) }),
  };
}

function toStatement(statement: StatementInput): Record<string, unknown> {
  return {
    ...(statement.sid ? { Sid: statement.sid } : {}),
    Effect: statement.effect ?? "Allow",
    ...(statement.principals ? { Principal: toPrincipal(statement.principals) } : {}),
    Action: oneOrMany(statement.actions ?? []),
    ...(statement.resources ? { Resource: oneOrMany(statement.resources) } : {}),
    ...(statement.conditions ? { Condition: toCondition(statement.conditions) } : {}),
  };
}

function toPrincipal(principals: Principal[]): unknown {
  if (principals.some(({ type }) => type === "*")) return "*";
  return Object.fromEntries(principals.map(({ type, identifiers }) => [type, oneOrMany(identifiers)]));
}

function toCondition(conditions: Condition[]): Record<string, Record<string, unknown>> {
  const byTest: Record<string, Record<string, unknown>> = {};
  for (const { test, variable, values } of conditions)
    byTest[test] = { ...byTest[test], [variable]: oneOrMany(values) };
  return byTest;
}

function oneOrMany(values: string[]): string | string[] {
  return values.length === 1 && values[0] !== undefined ? values[0] : values;
}

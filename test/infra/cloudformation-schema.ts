/** Checks a CloudFormation template against AWS's resource schemas. The CDK is built from the same schemas. */
import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import * as z from "zod";

const Template = z.strictObject({
  AWSTemplateFormatVersion: z.literal("2010-09-09"),
  Description: z.string().max(1024),
  Resources: z.record(
    z.string().regex(/^[A-Za-z0-9]+$/),
    z.strictObject({
      Type: z.string(),
      DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
      Properties: z.record(z.string(), z.unknown()),
    }),
  ),
});

const spec = loadAwsServiceSpecSync();
type Properties = ReturnType<typeof resourceOf>["properties"];
type PropertyType = Properties[string]["type"];

/** What CloudFormation refuses: unknown or missing properties, wrong types, unknown values, and missing resources. */
export function schemaViolations(body: string): string[] {
  const { Resources } = Template.parse(JSON.parse(body));
  return Object.entries(Resources).flatMap(([name, { Type, DependsOn = [], Properties }]) => [
    ...[DependsOn]
      .flat()
      .filter((other) => !(other in Resources))
      .map((other) => `${name} depends on ${other}, which does not exist`),
    ...ofObject(Properties, resourceOf(Type).properties, name),
  ]);
}

function resourceOf(type: string) {
  return spec.lookup("resource", "cloudFormationType", "equals", type).only();
}

function ofObject(value: Record<string, unknown>, properties: Properties, path: string): string[] {
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required === true && !(name in value))
    .map(([name]) => `${path}.${name} is missing`);
  const found = Object.entries(value).flatMap(([name, each]) => {
    const property = properties[name];
    return property === undefined
      ? [`${path}.${name} is unknown`]
      : ofValue(each, property.type, `${path}.${name}`);
  });
  return [...missing, ...found];
}

function ofValue(value: unknown, type: PropertyType, path: string): string[] {
  const wrong = [`${path} does not have the type ${type.type}: ${JSON.stringify(value)}`];
  switch (type.type) {
    case "string":
      if (typeof value !== "string") return wrong;
      return type.allowedValues === undefined || type.allowedValues.includes(value)
        ? []
        : [`${path} has an unknown value: ${value}`];
    case "number":
    case "integer":
    case "boolean":
      return typeof value === (type.type === "boolean" ? "boolean" : "number") ? [] : wrong;
    case "array":
      return Array.isArray(value)
        ? value.flatMap((each, index) => ofValue(each, type.element, `${path}.${index}`))
        : wrong;
    case "map":
      return isObject(value)
        ? Object.entries(value).flatMap(([key, each]) => ofValue(each, type.element, `${path}.${key}`))
        : wrong;
    case "ref": {
      const { properties } = spec.get("typeDefinition", type.reference.$ref);
      return isObject(value) ? ofObject(value, properties, path) : wrong;
    }
    default:
      return [`${path} has the type ${type.type}: add it to test/infra/cloudformation-schema.ts`];
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

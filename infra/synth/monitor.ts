import type * as Pulumi from "@pulumi/pulumi";
import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { callResult, createdState, physicalId } from "./mocks.ts";
import type { Link, ResourceRecord } from "./synthesize.ts";

/** The part of Pulumi's mocked engine that is used here. Pulumi's types describe a client of a real engine. */
type MockedMonitor = {
  newUrn(parent: string, type: string, name: string): string;
  registerResource(request: RegisterResourceRequest, callback: unknown): Promise<void>;
  registerResourceOutputs(request: RegisterResourceOutputsRequest, callback: unknown): void;
};

/**
 * Replaces Pulumi's engine with mocks and records what a program registers. `resources` gets each resource with
 * its resolved inputs and the options that determine its lifecycle, `links` gets what SST links, and `outputs`
 * gets what `sst deploy` would print.
 */
export async function recordRegistrations(
  pulumi: typeof Pulumi,
  stack: { project: string; stage: string },
  resources: ResourceRecord[],
  links: Record<string, Link>,
  outputs: Record<string, unknown>,
): Promise<void> {
  const options = new Map<string, Omit<ResourceRecord, "type" | "name" | "inputs">>();
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        resources.push({ type, name, ...options.get(`${type} ${name}`), inputs });
        return { id: physicalId(type, name, inputs), state: createdState(type, name, inputs) };
      },
      call({ token, inputs }) {
        try {
          return callResult(token, inputs);
        } catch (error) {
          // Pulumi passes on the details of an error and drops its message.
          throw Object.assign(new Error(), { details: `${token}: ${error}` });
        }
      },
    },
    stack.project,
    stack.stage,
  );
  const monitor: unknown = pulumi.runtime.getMonitor();
  if (!isMocked(monitor)) {
    throw new Error(
      "This version of @pulumi/pulumi mocks its engine differently than infra/synth/monitor.ts expects: adapt that file, or install the version in package-lock.json (npm ci)",
    );
  }
  const registerResource = monitor.registerResource.bind(monitor);
  const registerResourceOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.newUrn = (parent, type, name) =>
    `urn:pulumi:${[stack.stage, stack.project, qualifiedType(parent, type), name].join("::")}`;
  monitor.registerResource = (request, callback) => {
    options.set(`${request.getType()} ${request.getName()}`, {
      parent: request.getParent().split("::").at(-1),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      dependsOn: namesOf(request.getDependenciesList()),
    });
    return registerResource(request, callback);
  };
  monitor.registerResourceOutputs = (request, callback) => {
    const registered = request.getOutputs()?.toJavaScript() ?? {};
    const urn = request.getUrn();
    if (urn.includes("sst:sst:LinkRef::")) links[String(registered.target)] = registered.properties as Link;
    if (urn.includes("pulumi:pulumi:Stack::")) Object.assign(outputs, registered);
    registerResourceOutputs(request, callback);
  };
}

/** The distinct names of resources, sorted because their order in a request varies. */
function namesOf(urns: readonly string[]): string[] {
  return [...new Set(urns.map((urn) => urn.split("::").at(-1) ?? ""))].sort();
}

function isMocked(monitor: unknown): monitor is MockedMonitor {
  const methods = ["newUrn", "registerResource", "registerResourceOutputs"];
  return methods.every((name) => typeof Reflect.get(Object(monitor), name) === "function");
}

/**
 * A resource's type after the types of its parents, except the stack: `sst:aws:Function$aws:iam/role:Role`.
 */
function qualifiedType(parent: string, type: string): string {
  const parentType = parent.split("::")[2];
  return !parentType || parentType === "pulumi:pulumi:Stack" ? type : `${parentType}$${type}`;
}

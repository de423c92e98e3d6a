import * as z from "zod";
import { arnKind } from "../arns.ts";
import { ApiException } from "../exceptions.ts";
import { machinesDirectory, type Service } from "../service.ts";
import { type StateMachineRecord, saveStateMachine } from "../store/state-machines.ts";
import { Arn, operation } from "./operation.ts";

const MOST_TAGS = 50;

/** Tags as requests carry them. */
export const Tags = z.array(
  z.object({ key: z.string().min(1).max(128), value: z.string().max(256).default("") }),
);

/** Tags by key. Throws TooManyTags for more than 50 tags. */
export function readTags(tags: z.infer<typeof Tags>): Record<string, string> {
  return checkCount(Object.fromEntries(tags.map(({ key, value }) => [key, value])));
}

/** Adds tags to a state machine, or replaces the values of existing ones. */
export const tagResource = operation(z.object({ resourceArn: Arn, tags: Tags }), async (service, input) => {
  const machine = resourceOf(service, input.resourceArn);
  return keep(service, { ...machine, tags: checkCount({ ...machine.tags, ...readTags(input.tags) }) });
});

export const untagResource = operation(
  z.object({ resourceArn: Arn, tagKeys: z.array(z.string()) }),
  async (service, input) => {
    const machine = resourceOf(service, input.resourceArn);
    const left = Object.entries(machine.tags).filter(([key]) => !input.tagKeys.includes(key));
    return keep(service, { ...machine, tags: Object.fromEntries(left) });
  },
);

export const listTagsForResource = operation(z.object({ resourceArn: Arn }), (service, input) => ({
  tags: Object.entries(resourceOf(service, input.resourceArn).tags).map(([key, value]) => ({ key, value })),
}));

function resourceOf(service: Service, arn: string): StateMachineRecord {
  if (arnKind(arn) === undefined) throw new ApiException("InvalidArn", `Invalid Arn: 'Invalid ARN: ${arn}'`);
  const machine = service.machines.get(arn);
  if (machine !== undefined) return machine;
  throw new ApiException("ResourceNotFound", `Resource not found: '${arn}'`);
}

function checkCount(tags: Record<string, string>): Record<string, string> {
  if (Object.keys(tags).length <= MOST_TAGS) return tags;
  throw new ApiException("TooManyTags", `A state machine can have at most ${MOST_TAGS} tags`);
}

async function keep(service: Service, machine: StateMachineRecord): Promise<object> {
  service.machines.set(machine.arn, machine);
  await saveStateMachine(machinesDirectory(service), machine);
  return {};
}

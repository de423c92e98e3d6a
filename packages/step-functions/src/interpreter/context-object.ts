import type { Json, JsonObject } from "../json.ts";

/** What the context object says about the execution and its state machine. Times are ISO 8601 in UTC. */
export type ExecutionContext = {
  execution: {
    id: string;
    name: string;
    input: Json;
    roleArn: string;
    startTime: string;
    redriveCount: number;
    redriveTime?: string;
  };
  stateMachine: { id: string; name: string };
};

/**
 * What the context object says about the state. `enteredTime` is in milliseconds since 1970. `retryCount` is the
 * number of retries so far.
 */
export type StateContext = {
  name: string;
  enteredTime: number;
  retryCount: number;
};

/** The item of the innermost enclosing Map. */
export type MapItem = {
  index: number;
  value: Json;
};

/** `Map.Item.Source` for items from the state's data. An inline Map has no items from other sources. */
const INLINE_SOURCE = "STATE_DATA";

/** `$states.context`: docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html. */
export function contextObject(
  context: ExecutionContext,
  state: StateContext,
  item: MapItem | undefined,
): JsonObject {
  const { execution, stateMachine } = context;
  return {
    Execution: {
      Id: execution.id,
      Input: execution.input,
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: execution.startTime,
      RedriveCount: execution.redriveCount,
      ...(execution.redriveTime === undefined ? {} : { RedriveTime: execution.redriveTime }),
    },
    State: {
      EnteredTime: new Date(state.enteredTime).toISOString(),
      Name: state.name,
      RetryCount: state.retryCount,
    },
    StateMachine: { Id: stateMachine.id, Name: stateMachine.name },
    ...(item === undefined
      ? {}
      : { Map: { Item: { Index: item.index, Value: item.value, Source: INLINE_SOURCE } } }),
  };
}

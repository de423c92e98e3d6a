import * as z from "zod";
import { isRecord, type Json } from "../json.ts";
import { isExpression } from "../jsonata/expression.ts";
import { Limits } from "../limits.ts";
import { named } from "./named.ts";

/**
 * The shape of a JSONata state machine in the Amazon States Language (states-language.net/spec.html), limited
 * to what this interpreter runs. An optional field may be null, which means that it is absent. Output is an
 * exception: it may be any JSON value.
 */

/**
 * The resource of a task that calls a Lambda function through the optimized integration. The task's Arguments
 * specify the function.
 */
export const LAMBDA_INVOKE = "arn:aws:states:::lambda:invoke";

/**
 * The resources that start an execution of another state machine. They differ in whether they wait for the execution
 * to end, and in the form of the result.
 */
export const START_EXECUTION = {
  /** Starts the execution and does not wait. */
  "arn:aws:states:::states:startExecution": "request",
  /** Waits for the execution to end. Its Input and Output are returned as JSON text. */
  "arn:aws:states:::states:startExecution.sync": "sync",
  /** Waits for the execution to end. Its Input and Output are returned as values. */
  "arn:aws:states:::states:startExecution.sync:2": "sync:2",
} as const;

/** Any JSON value. It comes from JSON text, so only its presence needs checking. */
const Template = z.custom<Json>((value) => value !== undefined, "must be present");
const expressionOr = (value: string) =>
  z.string().refine(isExpression, `must be ${value} or a JSONata expression: {% ... %}`);
const NameOfState = z.string().min(1).max(Limits.nameLength);
const Assign = named(
  z
    .string()
    .regex(/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u, "The variable name is not valid")
    .refine((name) => name !== "states", "The variable name is not valid: $states is reserved"),
  Template,
);

/** A number of seconds, or an expression that returns a number of seconds. */
const secondsFrom = (least: number) =>
  z.union([z.int().min(least).max(Limits.seconds), expressionOr("a number")]);
/** A count, or an expression that returns a count. */
const Count = z.union([z.int().min(0), expressionOr("a number")]);
const Percentage = z.union([z.number().min(0).max(100), expressionOr("a number")]);

const Retrier = withoutNulls(
  z.strictObject({
    ErrorEquals: z.array(z.string()).min(1),
    IntervalSeconds: z.int().min(1).max(Limits.seconds).default(1),
    MaxAttempts: z.int().min(0).max(Limits.seconds).default(3),
    BackoffRate: z.number().min(1).default(2),
    MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
    JitterStrategy: z.enum(["FULL", "NONE"]).default("NONE"),
    Comment: z.string().optional(),
  }),
);
export type Retrier = z.infer<typeof Retrier>;

const Catcher = withoutNulls(
  z.strictObject({
    ErrorEquals: z.array(z.string()).min(1),
    Next: NameOfState,
    Assign: Assign.optional(),
    Output: Template.optional(),
    Comment: z.string().optional(),
  }),
);
export type Catcher = z.infer<typeof Catcher>;

const common = {
  Comment: z.string().optional(),
  QueryLanguage: z.enum(["JSONata", "JSONPath"]).optional(),
};
const results = { Assign: Assign.optional(), Output: Template.optional() };
const transition = { Next: NameOfState.optional(), End: z.boolean().optional() };
const faults = { Retry: z.array(Retrier).optional(), Catch: z.array(Catcher).optional() };

const PassState = z.strictObject({ ...common, ...transition, ...results, Type: z.literal("Pass") });

const TaskState = z.strictObject({
  ...common,
  ...transition,
  ...results,
  ...faults,
  Type: z.literal("Task"),
  Resource: z.string(),
  Arguments: Template.optional(),
  TimeoutSeconds: secondsFrom(1).optional(),
  HeartbeatSeconds: secondsFrom(1).optional(),
});

const ChoiceRule = withoutNulls(
  z.strictObject({
    Condition: z.union([z.boolean(), expressionOr("a boolean")]),
    Next: NameOfState,
    Comment: z.string().optional(),
    ...results,
  }),
);

const ChoiceState = z.strictObject({
  ...common,
  ...results,
  Type: z.literal("Choice"),
  Choices: z.array(ChoiceRule).min(1),
  Default: NameOfState.optional(),
});

const WaitState = z.strictObject({
  ...common,
  ...transition,
  ...results,
  Type: z.literal("Wait"),
  Seconds: secondsFrom(0).optional(),
  Timestamp: z.string().optional(),
});

const SucceedState = z.strictObject({ ...common, Type: z.literal("Succeed"), Output: Template.optional() });

const FailState = z.strictObject({
  ...common,
  Type: z.literal("Fail"),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

/**
 * The states of a branch of a Parallel, of the processor of a Map, or of the state machine itself.
 */
export type Processor = {
  StartAt: string;
  States: Record<string, State>;
};

const states = {
  StartAt: NameOfState,
  States: named(
    NameOfState,
    z.lazy((): z.ZodType<State> => State),
  ),
  Comment: z.string().optional(),
};
const Branch: z.ZodType<Processor> = z.lazy(() => withoutNulls(z.strictObject(states)));
const ItemProcessor: z.ZodType<Processor> = z.lazy(() =>
  withoutNulls(
    z.strictObject({
      ...states,
      ProcessorConfig: z.strictObject({ Mode: z.literal("INLINE").optional() }).optional(),
    }),
  ),
);

const ParallelState = z.strictObject({
  ...common,
  ...transition,
  ...results,
  ...faults,
  Type: z.literal("Parallel"),
  Arguments: Template.optional(),
  Branches: z.array(Branch).min(1),
});

/**
 * A Map in distributed mode has a different shape, which its ProcessorConfig identifies. See states/map.ts.
 */
const MapState = z.strictObject({
  ...common,
  ...transition,
  ...results,
  ...faults,
  Type: z.literal("Map"),
  Items: z.union([z.array(Template), expressionOr("an array")]).optional(),
  ItemSelector: Template.optional(),
  ItemProcessor,
  MaxConcurrency: Count.optional(),
  ToleratedFailureCount: Count.optional(),
  ToleratedFailurePercentage: Percentage.optional(),
});

export type PassState = z.infer<typeof PassState>;
export type TaskState = z.infer<typeof TaskState>;
export type ChoiceState = z.infer<typeof ChoiceState>;
export type WaitState = z.infer<typeof WaitState>;
export type SucceedState = z.infer<typeof SucceedState>;
export type FailState = z.infer<typeof FailState>;
export type ParallelState = z.infer<typeof ParallelState>;
export type MapState = z.infer<typeof MapState>;
export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

const State: z.ZodType<State> = withoutNulls(
  z.discriminatedUnion("Type", [
    PassState,
    TaskState,
    ChoiceState,
    WaitState,
    SucceedState,
    FailState,
    ParallelState,
    MapState,
  ]),
  // The old name of ItemProcessor.
  { Iterator: "ItemProcessor" },
);

/** A complete state machine. */
export const StateMachineDefinition = withoutNulls(
  z.strictObject({
    ...states,
    QueryLanguage: z.enum(["JSONata", "JSONPath"]).optional(),
    Version: z.literal("1.0").optional(),
    TimeoutSeconds: z.int().min(1).max(Limits.seconds).optional(),
  }),
);
export type StateMachineDefinition = z.infer<typeof StateMachineDefinition>;

/** Treats a null field as absent, and replaces an old name with the new one. An Output of null is a value. */
function withoutNulls<Schema extends z.ZodType>(schema: Schema, newNames: Record<string, string> = {}) {
  return z.preprocess((value) => {
    if (!isRecord(value)) return value;
    const present = Object.entries(value).filter(([key, field]) => field !== null || key === "Output");
    return Object.fromEntries(present.map(([key, field]) => [newNames[key] ?? key, field]));
  }, schema);
}

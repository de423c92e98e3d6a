import type jsonata from "jsonata";
import { isRecord } from "../json.ts";

/** What the text of an expression reveals about its cost and about what it reads. */
export type Analysis = {
  /**
   * Whether each step either checks JSONata's own time limit or takes time proportional to its data. If so, the
   * expression can be evaluated on the main thread. An expression with anything else (regular expressions, functions
   * with disproportionately large results, values that can be doubled repeatedly) needs a thread that can be
   * stopped.
   */
  isBounded: boolean;
  /** Names of the variables that the expression may read, without `$`. */
  variables: ReadonlySet<string>;
  /** Members of `$states` that the expression may read, or "all" if it may read every member. */
  states: ReadonlySet<string> | "all";
};

/** Functions whose time and result size are proportional to their arguments. */
const BOUNDED_FUNCTIONS = new Set(
  (
    "sum count max min average string number boolean not exists keys lookup append merge reverse type length " +
    "lowercase uppercase substring substringBefore substringAfter floor ceil round abs sqrt power error assert zip " +
    "base64encode base64decode encodeUrl encodeUrlComponent decodeUrl decodeUrlComponent now millis " +
    "random uuid hash parse"
  ).split(" "),
);
const OTHER_FUNCTIONS = new Set(
  (
    "trim pad match contains replace split join formatNumber formatBase formatInteger parseInteger map filter single " +
    "reduce sift each spread sort shuffle distinct toMillis fromMillis clone eval partition range"
  ).split(" "),
);

const BOUNDED_NODES = new Set(
  "path name string number value variable unary binary condition block filter function apply wildcard".split(
    " ",
  ),
);

/** Longer expressions can repeat a value so often that even a few steps make the result too large. */
const LONGEST_BOUNDED = 2000;
/** The maximum number of steps that can use the result of the previous step more than once. */
const MOST_GROWING_STEPS = 2;

/** Reads an expression's syntax tree. */
export function analyze(ast: jsonata.ExprNode, text: string): Analysis {
  const variables = new Set<string>();
  const members = new Set<string>();
  let readsAllStates = false;
  let isBounded = text.length <= LONGEST_BOUNDED;
  let growingSteps = 0;

  const visit = (node: Record<string, unknown>): void => {
    if (typeof node.type === "string" && !BOUNDED_NODES.has(node.type)) isBounded = false;
    if (node.type === "binary" && node.value === ".." && !isShortRange(node)) isBounded = false;
    // On the main thread, a key with this name sets an object's prototype.
    if (node.value === "__proto__") isBounded = false;
    if (node.type === "apply" || node.group !== undefined) growingSteps++;
    if (node.type === "variable" && typeof node.value === "string") {
      variables.add(node.value);
      if (OTHER_FUNCTIONS.has(node.value)) isBounded = false;
      if (node.value === "states") readsAllStates = true;
    }
    if (node.type === "function" && !isBoundedFunction(node.procedure)) isBounded = false;
    if (node.type === "path" && Array.isArray(node.steps)) visitPath(node, node.steps);
    else visitAll(Object.values(node));
  };
  const visitPath = (node: Record<string, unknown>, steps: unknown[]): void => {
    const [first, second] = steps;
    for (const step of steps.slice(1))
      if (isRecord(step) && step.type !== "name" && step.type !== "wildcard") growingSteps++;
    const named =
      isRecord(first) && first.type === "variable" && first.value === "states" && !hasStages(first);
    const isMember = named && isRecord(second) && second.type === "name" && typeof second.value === "string";
    if (isMember) members.add(String(second.value));
    visitAll([...(isMember ? steps.slice(1) : steps), ...Object.values({ ...node, steps: undefined })]);
  };
  const visitAll = (values: unknown[]): void => {
    for (const value of values) {
      if (Array.isArray(value)) visitAll(value);
      else if (isRecord(value)) visit(value);
    }
  };
  visit({ ...ast });
  return {
    isBounded: isBounded && growingSteps <= MOST_GROWING_STEPS,
    variables,
    states: readsAllStates ? "all" : members,
  };
}

function isBoundedFunction(procedure: unknown): boolean {
  return (
    isRecord(procedure) && procedure.type === "variable" && BOUNDED_FUNCTIONS.has(String(procedure.value))
  );
}

const SHORT_RANGE = 10_000;

/** A range between two literal numbers that are not far apart. */
function isShortRange({ lhs, rhs }: Record<string, unknown>): boolean {
  const isNumber = (node: unknown) => isRecord(node) && node.type === "number";
  if (!isRecord(lhs) || !isRecord(rhs) || !isNumber(lhs) || !isNumber(rhs)) return false;
  return Number(rhs.value) - Number(lhs.value) < SHORT_RANGE;
}

function hasStages(node: Record<string, unknown>): boolean {
  return node.stages !== undefined || node.predicate !== undefined || node.group !== undefined;
}

/**
 * The references in an expression that need a context but have none: names, `$`, `$$`, and wildcards. An expression
 * in a state has no context. In a path, each step is the context of the next step, and of any brackets directly after
 * the step.
 */
export function topLevelReferencesOf(ast: jsonata.ExprNode): string[] {
  const found = new Set<string>();
  const visit = (node: unknown, isTop: boolean): void => {
    if (Array.isArray(node)) for (const element of node) visit(element, isTop);
    if (!isRecord(node)) return;
    const name = contextName(node);
    if (name !== undefined && (isTop || name === "$$")) found.add(name);
    if (node.type === "path" && Array.isArray(node.steps)) {
      for (const [index, step] of node.steps.entries()) visit(step, isTop && index === 0);
    }
    for (const [key, member] of Object.entries(node)) {
      if (key === "steps") continue;
      // Predicates, groups, sort terms, and the parts of a transform have an item as their context.
      visit(member, isTop && !ITEM_FIELDS.has(key));
    }
  };
  visit({ ...ast }, true);
  return [...found];
}

const ITEM_FIELDS = new Set(["stages", "predicate", "group", "terms", "pattern", "update", "delete"]);

function contextName({ type, value }: Record<string, unknown>): string | undefined {
  if (type === "name") return String(value);
  if (type === "wildcard") return "*";
  if (type === "descendant") return "**";
  if (type === "parent") return "%";
  if (type !== "variable") return undefined;
  return value === "" ? "$" : value === "$" ? "$$" : undefined;
}

import type { InvokeLambda, LambdaResult } from "@data-quest/step-functions";
import type { Lambda, LambdaStep } from "./case-file.ts";

/** The functions of a case: each behaves as the case says, and fails as a Python function would. */
export function stubLambdas(lambdas: Record<string, Lambda>): InvokeLambda {
  const calls = new Map<string, number>();
  return async (functionName, payload) => {
    const name = functionName.replace(/^arn:.*:function:/, "").replace(/:.*$/, "");
    const lambda = lambdas[name];
    if (lambda === undefined) {
      const message = `Function not found: ${functionName}`;
      return { serviceError: { name: "ResourceNotFoundException", message, statusCode: 404 } };
    }
    const call = calls.get(name) ?? 0;
    calls.set(name, call + 1);
    return answer(lambda.kind === "sequence" ? stepAt(lambda.steps, call) : lambda, payload);
  };
}

/** The last step is the response to all further calls. */
function stepAt(steps: LambdaStep[], call: number): LambdaStep {
  return steps[Math.min(call, steps.length - 1)] ?? { kind: "echo" };
}

function answer(step: LambdaStep, payload: string): LambdaResult {
  switch (step.kind) {
    case "echo":
      return { payload };
    case "return":
      return { payload: JSON.stringify(step.value) };
    case "raise": {
      const { errorType, errorMessage } = step;
      const report = { errorMessage, errorType, requestId: crypto.randomUUID(), stackTrace: [] };
      return { functionError: "Unhandled", payload: JSON.stringify(report) };
    }
  }
}

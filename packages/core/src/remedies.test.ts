import { expect, test } from "vitest";
import * as errors from "./errors.ts";
import { errorsWithRemedy, remedyFor } from "./remedies.ts";

test("every error that is thrown on purpose has a remedy", () => {
  for (const name of Object.keys(errors)) expect(errorsWithRemedy).toContain(name);
});

test("a redrive is suggested only if the same input can succeed", () => {
  for (const error of ["InvalidInput", "AnalysisImpossible", "SourceNotFound", "States.DataLimitExceeded"])
    expect(remedyFor(error).redrive).toBe(false);
  for (const error of ["SourceUnavailable", "States.Timeout", "SomethingNew", undefined, null])
    expect(remedyFor(error).redrive).toBe(true);
});

test("the advice recommends a redrive if, and only if, the remedy is a redrive", () => {
  for (const error of errorsWithRemedy) {
    const { redrive, advice } = remedyFor(error);
    if (redrive) expect(advice).toMatch(/[Rr]edrive/);
    else expect(advice).not.toMatch(/Redrive (when|to)|then redrive/);
  }
});

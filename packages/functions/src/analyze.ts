import { analyze } from "@data-quest/core/analysis/analyze.ts";
import { AnalysisInput } from "@data-quest/core/analysis/result.ts";
import { handle } from "./handler.ts";
import { bronze, gold } from "./resources.ts";

export const handler = handle(AnalysisInput, (input) => analyze(input, { bronze, gold }, new Date()));

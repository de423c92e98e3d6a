/** Runs dependency-cruiser. TypeScript 7 has no JavaScript API yet, so SWC parses the sources. */
import { createRequire } from "node:module";
import { type ICruiseResult, type IForbiddenRuleType, cruise as runCruiser } from "dependency-cruiser";

const { Visitor } = createRequire(import.meta.url)("@swc/core/Visitor.js");

// SWC parses `using`, but SWC's visitor, which dependency-cruiser relies on, throws an error for a `using`
// statement. Such a statement contains no import.
const { visitStatement } = Visitor.prototype;
Visitor.prototype.visitStatement = function (this: unknown, statement: { type: string }) {
  return statement.type === "UsingDeclaration" ? statement : visitStatement.call(this, statement);
};

/** The violations of `rules` in `folders` within `baseDir`, as `rule: from -> to`. */
export async function violations(
  baseDir: string,
  folders: string[],
  rules: IForbiddenRuleType[],
): Promise<string[]> {
  const { output } = await runCruiser(
    folders,
    {
      baseDir,
      parser: "swc",
      tsPreCompilationDeps: true,
      validate: true,
      ruleSet: { forbidden: rules },
      doNotFollow: { path: "(^|/)node_modules/" },
    },
    {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".js", ".json"],
    },
  );
  const { summary } = output as ICruiseResult;
  return summary.violations.map(({ rule, from, to, cycle }) =>
    [`${rule.name}: ${from}`, ...(cycle?.map(({ name }) => name) ?? [to])].join(" -> "),
  );
}

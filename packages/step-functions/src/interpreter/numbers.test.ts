import { expect, test } from "vitest";
import { runInMemory } from "./memory-run.ts";

/** What docs/step-functions.md says about numbers. */
test.each([
  ["9007199254740991", "9007199254740991"],
  ["9007199254740993", "9007199254740992"],
  ["9223372036854775808", "9223372036854776000"],
  ["1.0", "1"],
  ["1e2", "100"],
])("a state that receives %s returns %s", async (text, out) => {
  const definition = { QueryLanguage: "JSONata", StartAt: "A", States: { A: { Type: "Pass", End: true } } };
  expect(await runInMemory({ definition, input: JSON.parse(text) }).finished).toMatchObject({ output: out });
});

test.each([
  ["$string(1e20)", '"100000000000000000000"'],
  ["$string(1e21)", '"1e+21"'],
  ["$string(9007199254740991)", '"9007199254740991"'],
  ["$string(0.1 + 0.2)", '"0.3"'],
  ["[1/0]", '["Infinity"]'],
])("%s is %s", async (expression, out) => {
  const A = { Type: "Pass", Output: `{% ${expression} %}`, End: true };
  const definition = { QueryLanguage: "JSONata", StartAt: "A", States: { A } };
  expect(await runInMemory({ definition }).finished).toMatchObject({ output: out });
});

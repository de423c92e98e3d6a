import { expect, test } from "vitest";
import { Failure } from "./failure.ts";
import { fileKey } from "./file-key.ts";

const population = "usa-api-sync/population/nation_population.json";

test.each([
  ["pr.class", "bls/pr/pr.class"],
  ["pr.data.0.Current", "bls/pr/pr.data.0.Current"],
  ["pr/pr.class", "bls/pr/pr.class"],
  ["cu/older/cu.data.1.Old", "bls/cu/older/cu.data.1.Old"],
  ["pr/README", "bls/pr/README"],
  ["bls/pr/README", "bls/pr/README"],
  ["nation_population.json", population],
  ["population/nation_population.json", population],
  [population, population],
])("%s is %s", (name, key) => {
  expect(fileKey(name)).toBe(key);
});

test.each([
  ["README", "bls/xm/README"],
  ["older/xm.data.1.Old", "bls/xm/older/xm.data.1.Old"],
  ["xm/older/xm.data.1.Old", "bls/xm/older/xm.data.1.Old"],
  ["pr.class", "bls/xm/pr.class"],
  ["bls/pr/pr.class", "bls/pr/pr.class"],
  ["nation_population.json", population],
])("in a run of the survey xm, %s is %s", (name, key) => {
  expect(fileKey(name, "xm")).toBe(key);
});

test.each(["README", "", "Pr.class", "../pr.class", "/etc/passwd"])(
  "%j is refused because it includes no survey",
  (name) => {
    expect(() => fileKey(name)).toThrow(Failure);
  },
);

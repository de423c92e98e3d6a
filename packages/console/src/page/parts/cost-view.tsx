import type { Cost } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
export function CostView({ path, running }: { path: string; running: boolean }) {
  const { value, error } = useAnswer<Cost>(running ? undefined : path);
  return <p>{error ?? value?.run.total}</p>;
}

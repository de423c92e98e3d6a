/**
 * What the execution costs on AWS: in total, by state, and by file, from the same estimate as `quest cost`.
 */
import type { Cost, StepCost } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
import { count, dollars } from "../lib/format.ts";
import { Answered } from "./answered.tsx";
import { PlainTable } from "./plain-table.tsx";

export function CostView({ path, running }: { path: string; running: boolean }) {
  const answer = useAnswer<Cost>(running ? undefined : path);
  if (running) return <p className="faint">The cost is estimated once the execution has ended.</p>;
  return <Answered answer={answer}>{(cost) => <CostTables cost={cost} />}</Answered>;
}

export function CostTables({ cost }: { cost: Cost }) {
  return (
    <div className="stack">
      <p className="faint">
        An estimate from this history and list prices, not a bill. Durations are those measured where it ran.
        CloudWatch, keys, and networks are not included.
      </p>
      <PlainTable
        label="Cost of one run"
        caption={`One run: ${dollars(cost.run.total)}`}
        rows={cost.run.items}
        keyOf={({ item }) => item}
        columns={[
          { name: "Item", rowHeader: true, cell: ({ item }) => item },
          {
            name: "Quantity",
            end: true,
            cell: ({ quantity, unit }) => `${count(Number(quantity.toPrecision(6)))} ${unit}`,
          },
          { name: "USD each", end: true, cell: ({ unitPrice }) => unitPrice.toPrecision(3) },
          { name: "USD", end: true, cell: (line) => dollars(line.cost) },
          { name: "How", cell: ({ how }) => how },
        ]}
      />
      <StepCosts caption="By state" first="State" steps={cost.states} />
      <StepCosts caption="By file" first="File" steps={cost.files} />
      <p>A month of daily runs: {dollars(cost.month.total)}</p>
    </div>
  );
}

/** For a large survey, the most expensive files are enough. */
const MOST_STEPS = 100;

function StepCosts({
  caption,
  first,
  steps,
}: {
  caption: string;
  first: string;
  steps: readonly StepCost[];
}) {
  if (steps.length === 0) return null;
  const most = Math.max(...steps.map(({ cost }) => cost), Number.MIN_VALUE);
  return (
    <PlainTable
      label={caption}
      caption={
        steps.length > MOST_STEPS
          ? `${caption} (the ${MOST_STEPS} most expensive of ${count(steps.length)})`
          : caption
      }
      rows={steps.slice(0, MOST_STEPS)}
      keyOf={({ name }) => name}
      columns={[
        { name: first, rowHeader: true, cell: ({ name }) => name },
        { name: "Transitions", end: true, cell: ({ transitions }) => count(transitions) },
        { name: "Lambda requests", end: true, cell: ({ requests }) => count(requests) },
        { name: "GB-s", end: true, cell: ({ gbSeconds }) => gbSeconds.toFixed(3) },
        { name: "USD", end: true, cell: ({ cost }) => dollars(cost) },
        {
          name: "",
          cell: ({ cost }) => (
            <span className="share" aria-hidden="true">
              <span className="bar running" style={{ width: `${(100 * cost) / most}%` }} />
            </span>
          ),
        },
      ]}
    />
  );
}

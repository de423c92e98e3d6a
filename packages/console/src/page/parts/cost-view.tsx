/**
 * What the execution costs on AWS: in total, by state, and by file, from the same estimate as `quest cost`.
 */
import type { Cost, StepCost } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
import { count, dollars } from "../lib/format.ts";
import { Alert, TableScroll } from "./basics.tsx";

export function CostView({ path, running }: { path: string; running: boolean }) {
  const { value, error } = useAnswer<Cost>(running ? undefined : path);
  if (running) return <p className="faint">The cost is estimated once the execution has ended.</p>;
  if (error !== undefined) return <Alert kind="error">{error}</Alert>;
  if (value === undefined) return <p className="faint">Loading</p>;
  return <CostTables cost={value} />;
}

export function CostTables({ cost }: { cost: Cost }) {
  return (
    <div className="stack">
      <p className="faint">
        An estimate from this history and list prices, not a bill. Durations are those measured where it ran.
        CloudWatch, keys, and networks are not included.
      </p>
      <TableScroll label="Cost of one run">
        <table>
          <caption>One run: {dollars(cost.run.total)}</caption>
          <thead>
            <tr>
              <th scope="col">Item</th>
              <th scope="col" className="end">
                Quantity
              </th>
              <th scope="col" className="end">
                USD each
              </th>
              <th scope="col" className="end">
                USD
              </th>
              <th scope="col">How</th>
            </tr>
          </thead>
          <tbody>
            {cost.run.items.map(({ item, quantity, unit, unitPrice, cost: amount, how }) => (
              <tr key={item}>
                <th scope="row">{item}</th>
                <td className="end">
                  {count(Number(quantity.toPrecision(6)))} {unit}
                </td>
                <td className="end">{unitPrice.toPrecision(3)}</td>
                <td className="end">{dollars(amount)}</td>
                <td>{how}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
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
    <TableScroll label={caption}>
      <table>
        <caption>
          {caption}
          {steps.length > MOST_STEPS ? ` (the ${MOST_STEPS} most expensive of ${count(steps.length)})` : ""}
        </caption>
        <thead>
          <tr>
            <th scope="col">{first}</th>
            <th scope="col" className="end">
              Transitions
            </th>
            <th scope="col" className="end">
              Lambda requests
            </th>
            <th scope="col" className="end">
              GB-s
            </th>
            <th scope="col" className="end">
              USD
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {steps.slice(0, MOST_STEPS).map(({ name, transitions, requests, gbSeconds, cost }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="end">{count(transitions)}</td>
              <td className="end">{count(requests)}</td>
              <td className="end">{gbSeconds.toFixed(3)}</td>
              <td className="end">{dollars(cost)}</td>
              <td className="share" aria-hidden="true">
                <span className="bar running" style={{ width: `${(100 * cost) / most}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

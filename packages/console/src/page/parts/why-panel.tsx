/** "Why this output?": the JSONata of a state, evaluated again with the recorded values, and editable. */
import type { Visit } from "@data-quest/execution-history";
import { useMemo, useState } from "react";
import { Button, Label, TextArea, TextField } from "react-aria-components";
import { messageOf } from "../lib/api.ts";
import { type Expression, expressionsOf, type StateNode } from "../lib/definition.ts";
import { evaluateTemplate, recordedResult, recordedValues } from "../lib/evaluate.ts";
import type { ExecutionStore } from "../lib/execution-store.ts";
import { Alert, Choice } from "./basics.tsx";
import { JsonBlock } from "./json-view.tsx";

export function WhyPanel({ store, visit, state }: { store: ExecutionStore; visit: Visit; state: StateNode }) {
  const expressions = useMemo(() => expressionsOf(state.json), [state]);
  const [field, setField] = useState(() => preferred(expressions)?.field ?? "");
  const expression = expressions.find((each) => each.field === field);
  if (expression === undefined)
    return <p className="faint">This state has no JSONata expressions. JSONPath is not evaluated here.</p>;
  return (
    <div className="stack">
      <Choice
        label="Field"
        value={field}
        options={expressions.map((each) => [each.field, each.field] as const)}
        onChange={setField}
      />
      <Evaluation key={field} store={store} visit={visit} expression={expression} />
    </div>
  );
}

/** The expression to show first: the output's, otherwise an assignment's, otherwise the first expression. */
function preferred(expressions: readonly Expression[]): Expression | undefined {
  return (
    expressions.find(({ field }) => field.startsWith("Output")) ??
    expressions.find(({ field }) => field.startsWith("Assign")) ??
    expressions[0]
  );
}

type Result = { value: string } | { error: string };

function Evaluation({
  store,
  visit,
  expression,
}: {
  store: ExecutionStore;
  visit: Visit;
  expression: Expression;
}) {
  const [text, setText] = useState(expression.expression);
  const [result, setResult] = useState<Result>();
  const [running, setRunning] = useState(false);
  const recorded = recordedResult(visit, expression);
  const recordedText = recorded === undefined ? undefined : JSON.stringify(recorded);
  const evaluate = async () => {
    setRunning(true);
    setResult(undefined);
    try {
      const value = await evaluateTemplate(`{% ${text} %}`, recordedValues(store, visit));
      setResult({ value: JSON.stringify(value) ?? "null" });
    } catch (error) {
      setResult({ error: messageOf(error) });
    } finally {
      setRunning(false);
    }
  };
  return (
    <>
      <TextField className="field" value={text} onChange={setText}>
        <Label>Expression</Label>
        <TextArea
          className="code"
          rows={Math.min(10, Math.max(3, Math.ceil(text.length / 60)))}
          spellCheck={false}
        />
      </TextField>
      <div className="row">
        <Button className="button" onPress={evaluate} isDisabled={running}>
          {running ? "Evaluating" : "Evaluate"}
        </Button>
        {text !== expression.expression && (
          <Button className="button link" onPress={() => setText(expression.expression)}>
            Back to the original
          </Button>
        )}
      </div>
      <div aria-live="polite" className="stack">
        {result && "error" in result && <Alert kind="error">{result.error}</Alert>}
        {result && "value" in result && (
          <>
            <Comparison value={result.value} recorded={recordedText} />
            <JsonBlock label="Value now" text={result.value} fileName={`${visit.name}-value`} />
          </>
        )}
      </div>
    </>
  );
}

function Comparison({ value, recorded }: { value: string; recorded: string | undefined }) {
  if (recorded === undefined)
    return <p className="faint">The history does not have the value of this field to compare with.</p>;
  if (value === recorded) return <p className="status succeeded">Equal to the recorded value.</p>;
  return (
    <>
      <p className="status warning">Differs from the recorded value:</p>
      <JsonBlock label="Recorded value" text={recorded} fileName="recorded" />
    </>
  );
}

/**
 * The dialog that starts an execution. Its input is validated while the user types. It is open while the
 * URL has the parameter `start`.
 */
import { useEffect, useState } from "react";
import {
  Button,
  Dialog,
  Heading,
  Label,
  Modal,
  ModalOverlay,
  TextArea,
  TextField,
} from "react-aria-components";
import type { ExecutionDescription, ExecutionRow, InputCheck, SessionInfo } from "../../api-types.ts";
import { call, messageOf } from "../lib/api.ts";
import { navigate, setParameters, useParameters } from "../lib/location.ts";
import { Alert, Choice, Command } from "../parts/basics.tsx";

const CHECK_AFTER_MILLISECONDS = 150;

/**
 * `start=new` prefills the last run's input, `start=<ARN>` prefills that execution's input, and `start={...}` is
 * the input itself.
 */
export function StartDialog({ session }: { session: SessionInfo | undefined }) {
  const parameters = useParameters();
  const wanted = parameters.get("start");
  const close = () => setParameters({ start: null });
  return (
    <ModalOverlay
      className="overlay"
      isOpen={wanted !== null}
      onOpenChange={(open) => !open && close()}
      isDismissable
    >
      <Modal className="modal">
        <Dialog>
          <header>
            <Heading slot="title" level={2}>
              Start execution
            </Heading>
          </header>
          {wanted !== null && session !== undefined && (
            <Form wanted={wanted} session={session} close={close} />
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Form({ wanted, session, close }: { wanted: string; session: SessionInfo; close: () => void }) {
  const [machine, setMachine] = useState(session.stateMachines[0]?.arn ?? "");
  const [input, setInput] = useState(() => (wanted.startsWith("{") ? pretty(wanted) : ""));
  const [edited, setEdited] = useState(false);
  const [check, setCheck] = useState<InputCheck & { of: string }>();
  const [error, setError] = useState<string>();
  const [starting, setStarting] = useState(false);

  useEffect(() => {
    if (wanted.startsWith("{")) return;
    let current = true;
    prefill(wanted).then(
      ({ text, stateMachineArn }) => {
        if (!current) return;
        setInput((typed) => (typed === "" ? text : typed));
        if (stateMachineArn !== undefined && session.stateMachines.some(({ arn }) => arn === stateMachineArn))
          setMachine(stateMachineArn);
      },
      (reason: unknown) => current && setError(messageOf(reason)),
    );
    return () => {
      current = false;
    };
  }, [wanted, session]);
  // Only Pipeline's input has a schema.
  const checked = session.stateMachines.find(({ arn }) => arn === machine)?.name.includes("Pipeline") ?? true;
  useEffect(() => {
    if (input === "") return;
    let current = true;
    const timer = setTimeout(() => {
      call<InputCheck>("/api/input-check", { input }).then(
        (answer) => current && setCheck({ ...answer, of: input }),
        (reason: unknown) => current && setError(messageOf(reason)),
      );
    }, CHECK_AFTER_MILLISECONDS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [input]);

  const known = check?.of === input ? check : undefined;
  const problems =
    known === undefined
      ? []
      : checked
        ? known.problems
        : known.problems.filter(({ path }) => path === "" && known.command === "");
  const start = async () => {
    setStarting(true);
    setError(undefined);
    try {
      const { arn } = await call<{ arn: string }>("/api/executions", { stateMachineArn: machine, input });
      navigate(`/executions/${encodeURIComponent(arn)}`);
    } catch (reason) {
      setError(messageOf(reason));
      setStarting(false);
    }
  };
  return (
    <>
      <div className="content">
        {session.stateMachines.length > 1 && (
          <Choice
            label="State machine"
            value={machine}
            options={session.stateMachines.map(({ arn, name }) => [arn, name] as const)}
            onChange={setMachine}
          />
        )}
        <TextField
          className="field"
          value={input}
          onChange={(text) => {
            setInput(text);
            setEdited(true);
          }}
          isInvalid={problems.length > 0}
        >
          <Label>Input {edited ? "" : wanted === "new" ? "(prefilled from the last execution)" : ""}</Label>
          <TextArea className="code" rows={12} spellCheck={false} aria-describedby="start-problems" />
        </TextField>
        <div id="start-problems" aria-live="polite">
          {problems.length > 0 ? (
            <ul className="problems">
              {problems.map(({ path, message }) => (
                <li key={`${path} ${message}`}>
                  {path !== "" && <code>{path}</code>} {message}
                </li>
              ))}
            </ul>
          ) : (
            known && <p className="status succeeded">The input is valid.</p>
          )}
        </div>
        <div>
          <p className="label">The same from a terminal</p>
          <Command command={known && known.command !== "" ? known.command : "npx quest run"} />
        </div>
        {error !== undefined && <Alert kind="error">{error}</Alert>}
      </div>
      <footer>
        <Button className="button link" onPress={close}>
          Cancel
        </Button>
        <Button
          className="button primary"
          isDisabled={known === undefined || problems.length > 0 || starting}
          onPress={start}
        >
          Start execution
        </Button>
      </footer>
    </>
  );
}

/** The input of the execution with this ARN or, for `new`, of the last execution. */
async function prefill(wanted: string): Promise<{ text: string; stateMachineArn?: string }> {
  const arn =
    wanted === "new"
      ? (await call<{ last: ExecutionRow["arn"] | null }>("/api/executions/-/last")).last
      : wanted;
  if (arn === null) return { text: "{}" };
  const { input, stateMachineArn } = await call<ExecutionDescription>(
    `/api/executions/${encodeURIComponent(arn)}`,
  );
  return { text: pretty(input), stateMachineArn };
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

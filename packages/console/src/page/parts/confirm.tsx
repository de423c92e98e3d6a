/** A button that asks before it acts, and says why if the action is refused. */
import { useState } from "react";
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { messageOf } from "../lib/api.ts";
import { Alert } from "./basics.tsx";

export function Confirm({
  label,
  title,
  confirm,
  className = "button",
  disabled = false,
  act,
  children,
}: {
  label: string;
  title: string;
  confirm: string;
  /** The class of the button that opens the question. */
  className?: string;
  disabled?: boolean;
  act: () => Promise<unknown>;
  children: React.ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await act();
      setOpen(false);
    } catch (reason) {
      setError(messageOf(reason));
    } finally {
      setBusy(false);
    }
  };
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Button className={className} isDisabled={disabled}>
        {label}
      </Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="modal">
          <Dialog role="alertdialog">
            <header>
              <Heading slot="title" level={2}>
                {title}
              </Heading>
            </header>
            <div className="content">
              {children}
              {error !== undefined && <Alert kind="error">{error}</Alert>}
            </div>
            <footer>
              <Button className="button link" slot="close">
                Cancel
              </Button>
              <Button className="button primary" isDisabled={busy} onPress={run}>
                {confirm}
              </Button>
            </footer>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

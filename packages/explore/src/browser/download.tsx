import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

/** The content type of the files. */
export const CSV_TYPE = "text/csv;charset=utf-8";

/** A button that saves a file of this name. */
export function Download({
  name,
  content,
  children,
}: {
  name: string;
  content: () => Promise<Blob>;
  children: ComponentChildren;
}) {
  const [failure, setFailure] = useState("");
  const save = async () => {
    try {
      saveAs(name, await content());
      setFailure("");
    } catch (error) {
      setFailure(`${name} could not be created: ${error instanceof Error ? error.message : error}`);
    }
  };
  return (
    <>
      <button type="button" onClick={save}>
        {children}
      </button>
      {failure === "" ? null : <span role="alert">{failure}</span>}
    </>
  );
}

function saveAs(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

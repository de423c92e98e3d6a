import type { ComponentChildren } from "preact";

/** A button that saves a text as a file of this name. */
export function Download({
  name,
  text,
  children,
}: {
  name: string;
  text: () => string;
  children: ComponentChildren;
}) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([text()], { type: "text/csv;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <button type="button" onClick={save}>
      {children}
    </button>
  );
}

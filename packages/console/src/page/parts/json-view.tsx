/** JSON that can be folded, copied, and saved. It is drawn only if it is small or the user asks for it. */
import { useMemo, useState } from "react";
import { Button } from "react-aria-components";
import { JsonView as FoldingJson } from "react-json-view-lite";
import { bytesText } from "../lib/format.ts";
import { isRecord, parseJson } from "../lib/json.ts";
import { CopyButton, saveFile } from "./basics.tsx";
import { Download } from "./icons.tsx";

/** A payload of up to this many characters is drawn at once, fully expanded. */
const OPEN_CHARACTERS = 4000;
/** A payload larger than this waits for a click. */
const DRAWN_CHARACTERS = 300_000;
/** How many children of one part are drawn: a list of thousands would take seconds. */
const MOST_SHOWN = 20_000;

const style = {
  container: "json",
  basicChildStyle: "json-part",
  childFieldsContainer: "json-children",
  label: "json-label",
  clickableLabel: "json-label json-clickable",
  nullValue: "json-null",
  undefinedValue: "json-null",
  stringValue: "json-string",
  booleanValue: "json-boolean",
  numberValue: "json-number",
  otherValue: "json-null",
  punctuation: "json-punctuation",
  collapseIcon: "json-icon json-open",
  expandIcon: "json-icon",
  collapsedContent: "json-more",
  noQuotesForStringValues: false,
  quotesForFieldNames: false,
  stringifyStringValues: true,
  ariaLables: { collapseJson: "Close", expandJson: "Open" },
};

export type JsonBlockProps = {
  /** What the text is, such as `Input`. */
  label: string;
  /** JSON text, or any other text, which is then shown unchanged. */
  text: string | undefined | null;
  fileName: string;
  absent?: string;
};

export function JsonBlock({ label, text, fileName, absent = "Not in the history." }: JsonBlockProps) {
  const [shown, setShown] = useState(false);
  const value = useMemo(
    () => (text !== undefined && text !== null && text.length <= MOST_PARSED ? parseJson(text) : undefined),
    [text],
  );
  if (text === undefined || text === null) return <p className="faint">{absent}</p>;
  const pretty = () => (value === undefined ? text : JSON.stringify(value, null, 2));
  const large = text.length > DRAWN_CHARACTERS && !shown;
  return (
    <section className="json-block" aria-label={label}>
      <div className="row json-tools no-print">
        <span className="faint">{bytesText(text.length)}</span>
        <CopyButton text={pretty} label={`Copy: ${label}`} />
        <Button
          className="button icon"
          aria-label={`Download: ${label}`}
          onPress={() =>
            saveFile(`${fileName}.${value === undefined ? "txt" : "json"}`, pretty(), "text/plain")
          }
        >
          <Download />
        </Button>
      </div>
      {large ? (
        <Button className="button link" onPress={() => setShown(true)}>
          Show all {bytesText(text.length)}
        </Button>
      ) : (
        <JsonTree value={value} text={text} label={label} open={text.length <= OPEN_CHARACTERS} />
      )}
    </section>
  );
}

const MOST_PARSED = 20_000_000;

function JsonTree({
  value,
  text,
  label,
  open,
}: {
  value: unknown;
  text: string;
  label: string;
  open: boolean;
}) {
  if (!(isRecord(value) || Array.isArray(value)) || sizeOf(value) > MOST_SHOWN)
    return <pre className="json-text">{text}</pre>;
  return (
    <FoldingJson
      data={value}
      style={style}
      clickToExpandNode
      aria-label={label}
      shouldExpandNode={(level) => level < 1 || (open && level < 6)}
    />
  );
}

function sizeOf(value: object): number {
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

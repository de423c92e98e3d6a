/** The small parts that every screen uses. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import {
  Button,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  Select,
  SelectValue,
} from "react-aria-components";
import { bytesText, dateTime, utc } from "../lib/format.ts";
import { navigate } from "../lib/location.ts";
import { Check, Close, Copy, Down } from "./icons.tsx";

/** A link within the page. The browser can open it in a new tab like any other link. */
export function Link({
  to,
  children,
  ...rest
}: {
  to: string;
  children: ReactNode;
  className?: string;
  "aria-current"?: "page" | undefined;
  title?: string;
}) {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}

/** A moment in the user's time zone, with UTC on hover. */
export function Moment({ time, text }: { time: number | string | null | undefined; text?: string }) {
  if (time === null || time === undefined || time === "") return <>-</>;
  return (
    <time dateTime={new Date(time).toISOString()} title={utc(time)}>
      {text ?? dateTime(time)}
    </time>
  );
}

export function Bytes({ bytes }: { bytes: number | null | undefined }) {
  if (bytes === null || bytes === undefined) return null;
  return <span title={`${bytes.toLocaleString("en-US")} bytes`}>{bytesText(bytes)}</span>;
}

export function Panel({
  title,
  actions,
  children,
  label,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  label?: string;
}) {
  const id = useId();
  return (
    <section
      className="panel"
      {...(title === undefined ? { "aria-label": label } : { "aria-labelledby": id })}
    >
      {title !== undefined && (
        <header className="spread">
          <h2 id={id}>{title}</h2>
          {actions !== undefined && <div className="row no-print">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** A table that scrolls within its own box if it is too wide, so that the page itself never scrolls sideways. */
export function TableScroll({
  label,
  bounded = false,
  children,
}: {
  label: string;
  bounded?: boolean;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: this group has nothing to do with a form.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it.
    <div className={`table-scroll${bounded ? " bounded" : ""}`} role="group" tabIndex={0} aria-label={label}>
      {children}
    </div>
  );
}

export function Alert({
  kind,
  children,
  action,
}: {
  kind: "error" | "warning" | "info" | "success";
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={`alert ${kind}`} role={kind === "error" ? "alert" : "status"}>
      <div>{children}</div>
      {action}
    </div>
  );
}

export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode] | undefined)[] }) {
  return (
    <dl className="facts">
      {facts.map(
        (fact) =>
          fact !== undefined && (
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1] ?? "-"}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

export function Search({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <SearchField className="field search" aria-label={label} value={value} onChange={onChange}>
      <Input type="search" placeholder={label} />
      <Button className="button clear" aria-label={`Clear: ${label}`}>
        <Close />
      </Button>
    </SearchField>
  );
}

/** A choice from a few options. `options` are pairs of value and text. */
export function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  return (
    <Select className="choice" value={value} onChange={(key) => onChange(String(key))}>
      <Label className="visually-hidden">{label}</Label>
      <Button className="select">
        <SelectValue />
        <Down />
      </Button>
      <Popover className="popover">
        <ListBox className="options">
          {options.map(([key, text]) => (
            <ListBoxItem key={key} id={key} textValue={text} className="option">
              {text}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

const COPIED_MILLISECONDS = 2000;

export function CopyButton({ text, label }: { text: string | (() => string); label: string }) {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <Button
      className="button icon"
      aria-label={copied ? "Copied" : label}
      onPress={async () => {
        await copyText(typeof text === "function" ? text() : text);
        setCopied(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setCopied(false), COPIED_MILLISECONDS);
      }}
    >
      {copied ? <Check /> : <Copy />}
    </Button>
  );
}

/**
 * Copies text. In some browsers, a page opened from a file has no clipboard, so a selection is the
 * fallback.
 */
async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

/** Offers the user a file to save. */
export function saveFile(name: string, content: string, type = "application/json"): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export function Command({ command }: { command: string }) {
  return (
    <div className="command">
      <code>{command}</code>
      <CopyButton text={command} label="Copy the command" />
    </div>
  );
}

export function Breadcrumbs({ items }: { items: readonly (readonly [string, string])[] }) {
  return (
    <nav className="breadcrumbs" aria-label="Breadcrumbs">
      <ol>
        {items.map(([text, to]) => (
          <li key={to}>
            <Link to={to}>{text}</Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** Text for a terminal: colors, widths, and the format of amounts. */
import { stripVTControlCharacters, styleText } from "node:util";
import { Help } from "commander";

export type Style = Parameters<typeof styleText>[0];

/** Colors text if the stream is a terminal that supports colors. */
export type Paint = (style: Style, text: string) => string;

/** A Paint for a stream. NO_COLOR and FORCE_COLOR are respected. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

/** A part of a line, in one style. */
export type Span = string | { text: string; style: Style };

/** The maximum width of a line: a terminal's columns, or unlimited for a file or a pipe. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY && stream.columns > 0 ? stream.columns : Number.POSITIVE_INFINITY;
}

/** The spans as one line of at most `width` columns. What does not fit is cut and replaced by an ellipsis. */
export function lineOf(spans: readonly Span[], width: number, paint: Paint): string {
  const whole = spans.reduce((sum, span) => sum + textOf(span).length, 0);
  let room = whole <= width ? whole : width - 1;
  let line = "";
  for (const span of spans) {
    const text = textOf(span).slice(0, Math.max(0, room));
    room -= text.length;
    line += typeof span === "string" ? text : text && paint(span.style, text);
  }
  return whole <= width ? line : `${line}…`;
}

/**
 * A sentence as lines of at most `width` columns, broken between words and all indented like the first. Do not
 * use it for a command: a copied command would contain the line breaks.
 */
export function wrapped(sentence: string, width: number): string[] {
  if (stripVTControlCharacters(sentence).length <= width) return [sentence];
  const indent = /^ */.exec(sentence)?.[0] ?? "";
  const lines = new Help().boxWrap(sentence.slice(indent.length), width - indent.length);
  return lines.split("\n").map((line) => indent + line);
}

export function textOf(span: Span): string {
  return typeof span === "string" ? span : span.text;
}

/** A number of bytes in the largest unit that fits (1 MB is 1,000,000 bytes). */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Milliseconds in a readable form: `0.8 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

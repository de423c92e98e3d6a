/**
 * Prints permanent lines above live lines. On a terminal, the live lines are redrawn at short intervals.
 */
import { clearScreenDown, moveCursor } from "node:readline";
import type { Line } from "./progress.ts";
import { lineOf, paintFor, widthOf } from "./terminal.ts";

export type LiveOutput = {
  /** Prints a permanent line. */
  print(line: Line): void;
  /** Removes the live lines and stops drawing them. */
  close(): void;
};

const REDRAW_MILLISECONDS = 100;

/**
 * Returns an output to a stream. `live` is called for the live lines each time they are drawn. If the stream
 * is not a terminal, live lines are not drawn. No line is wider than the terminal.
 */
export function liveOutput(stream: NodeJS.WriteStream, live: () => readonly Line[]): LiveOutput {
  const paint = paintFor(stream);
  const text = (line: Line) => `${lineOf(line, widthOf(stream), paint)}\n`;
  if (!isLive(stream)) return { print: (line) => stream.write(text(line)), close: () => undefined };
  let drawn = 0;
  let stay = "";
  const draw = (lines: readonly Line[]) => {
    // Writing to the last column of a terminal's last row would scroll the terminal.
    const shown = lines.slice(0, Math.max(1, stream.rows - 2));
    if (drawn === 0 && shown.length === 0 && stay === "") return;
    if (drawn > 0) {
      moveCursor(stream, 0, -drawn);
      clearScreenDown(stream);
    }
    stream.write(stay + shown.map(text).join(""));
    stay = "";
    drawn = shown.length;
  };
  const timer = setInterval(() => draw(live()), REDRAW_MILLISECONDS);
  return {
    print: (line) => {
      stay += text(line);
    },
    close: () => {
      clearInterval(timer);
      draw([]);
    },
  };
}

/** True for a terminal that can move its cursor. */
export function isLive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env.TERM !== "dumb";
}

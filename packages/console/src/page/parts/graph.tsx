/** The definition as a graph, in the colors of the execution. */
import type { Timeline } from "@data-quest/execution-history";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { Button } from "react-aria-components";
import type { StateGroup } from "../lib/definition.ts";
import { durationText } from "../lib/format.ts";
import {
  BOX_HEADER,
  type PlacedEdge,
  type PlacedGraph,
  type PlacedState,
  placeDefinition,
} from "../lib/graph-layout.ts";
import { itemLabel } from "../lib/item-label.ts";
import { hasFault, type StateStatus, threadsToShow } from "../lib/state-status.ts";
import { Minus, Plus } from "./icons.tsx";
import { statusKind, statusLabel } from "./status.tsx";

export type GraphProps = {
  definition: StateGroup;
  statuses: ReadonlyMap<string, StateStatus>;
  timeline: Timeline;
  now: number;
  /** The path of the selected state. */
  selected: string | undefined;
  onSelect: (path: string) => void;
  onSelectThread: (statePath: string, index: number) => void;
};

const ZOOM_STEP = 1.25;
const LEAST_ZOOM = 0.2;
const MOST_ZOOM = 3;
/** The minimum initial zoom, so that text is legible. A graph that does not fit scrolls. */
const LEGIBLE_ZOOM = 0.75;

export function Graph(props: GraphProps) {
  const { definition, onSelect } = props;
  const placed = useMemo(() => placeDefinition(definition), [definition]);
  const [zoom, setZoom] = useState<number>();
  const frame = useRef<HTMLDivElement>(null);
  const fit = () => {
    const { clientWidth = 0, clientHeight = 0 } = frame.current ?? {};
    if (clientWidth === 0) return 1;
    return Math.max(
      LEAST_ZOOM,
      Math.min(1, (clientWidth - 24) / placed.width, (clientHeight - 24) / placed.height),
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new layout is fitted again.
  useEffect(() => setZoom(Math.max(LEGIBLE_ZOOM, fit())), [placed]);
  // React's wheel listener is passive and could not keep the page from zooming.
  useEffect(() => {
    const element = frame.current;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      setZoom((old = 1) => limited(old * (event.deltaY < 0 ? 1.1 : 1 / 1.1)));
    };
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, []);
  const scale = zoom ?? 1;
  if (placed.states.length === 0)
    return <p className="empty">The definition has no states that can be drawn.</p>;
  return (
    <div className="graph">
      <div className="graph-tools row no-print" role="toolbar" aria-label="Zoom">
        <Button
          className="button icon"
          aria-label="Zoom in"
          onPress={() => setZoom(limited(scale * ZOOM_STEP))}
        >
          <Plus />
        </Button>
        <Button
          className="button icon"
          aria-label="Zoom out"
          onPress={() => setZoom(limited(scale / ZOOM_STEP))}
        >
          <Minus />
        </Button>
        <Button className="button link" onPress={() => setZoom(fit())}>
          Fit
        </Button>
        <Button className="button link" onPress={() => setZoom(1)}>
          100%
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <section className="graph-frame" ref={frame} aria-label="Graph of the states" tabIndex={0}>
        <svg
          width={placed.width * scale}
          height={placed.height * scale}
          viewBox={`0 0 ${placed.width} ${placed.height}`}
          role="application"
          aria-label="States; the arrow keys go from one to the next"
          onKeyDown={(event) => moveFocus(event)}
        >
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8Z" className="arrow" />
            </marker>
          </defs>
          <Level graph={placed} {...props} onSelect={onSelect} />
        </svg>
      </section>
    </div>
  );
}

function limited(zoom: number): number {
  return Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, zoom));
}

/** Arrow keys move from state to state, in document order. */
function moveFocus(event: KeyboardEvent<SVGSVGElement>): void {
  const step =
    event.key === "ArrowDown" || event.key === "ArrowRight"
      ? 1
      : event.key === "ArrowUp" || event.key === "ArrowLeft"
        ? -1
        : 0;
  if (step === 0) return;
  const states = [...event.currentTarget.querySelectorAll<SVGGElement>("[role=button].state")];
  const at = states.indexOf(event.target as SVGGElement);
  const next = states[at + step];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  next.focus();
}

function Level({ graph, ...props }: GraphProps & { graph: PlacedGraph }) {
  return (
    <g transform={`translate(${graph.x} ${graph.y})`}>
      {graph.edges.map((edge, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the edges of a definition do not change.
        <EdgeLine key={index} edge={edge} />
      ))}
      {graph.marks.map(({ kind, x, y }) => (
        <g key={kind} className={`mark ${markClass(kind, props.timeline)}`}>
          <circle cx={x} cy={y} r="13" />
          <path d={kind === "start" ? `M${x - 4} ${y - 6}l10 6-10 6Z` : `M${x - 5} ${y - 5}h10v10h-10Z`} />
        </g>
      ))}
      {graph.states.map((state) => (
        <StateBox key={state.state.name} placed={state} {...props} />
      ))}
    </g>
  );
}

function markClass(kind: "start" | "end", { status, events }: Timeline): string {
  if (kind === "start") return events > 0 ? "succeeded" : "";
  return status === "SUCCEEDED" ? "succeeded" : "";
}

function EdgeLine({ edge }: { edge: PlacedEdge }) {
  const [first, ...rest] = edge.points;
  if (first === undefined) return null;
  return (
    <g className={`edge ${edge.kind}`}>
      <path
        d={`M${first.x} ${first.y}${rest.map(({ x, y }) => `L${x} ${y}`).join("")}`}
        markerEnd="url(#arrow)"
      />
      {edge.label !== "" && edge.labelAt && (
        <text x={edge.labelAt.x} y={edge.labelAt.y + 4} textAnchor="middle">
          {edge.label}
        </text>
      )}
    </g>
  );
}

function StateBox({ placed, ...props }: GraphProps & { placed: PlacedState }) {
  const { state, x, y, width, height, inner } = placed;
  const { selected, onSelect, onSelectThread, now } = props;
  const status = props.statuses.get(state.path);
  const kind = status === undefined ? "inactive none" : statusKind(status.status);
  const note = noteOf(status, now);
  const box = inner.length > 0;
  const failed = box && status ? threadsToShow(status.first).filter(hasFault) : [];
  // The label starts with the visible text, as voice control requires.
  const label = `${[state.type, state.name, note].filter(Boolean).join(" ")}, ${status ? statusLabel(status.status) : "Not started"}`;
  const select = () => onSelect(state.path);
  return (
    <g transform={`translate(${x} ${y})`}>
      {/* biome-ignore lint/a11y/useSemanticElements: an element of SVG cannot be a button. */}
      <g
        className={`state ${kind}${box ? " box" : ""}${selected === state.path ? " selected" : ""}`}
        role="button"
        tabIndex={0}
        aria-label={label}
        aria-pressed={selected === state.path}
        onClick={select}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          select();
        }}
      >
        <rect className="shape" width={width} height={height} rx="8" />
        {!box && <rect className="edge-color" width="6" height={height} rx="3" />}
        <text className="type" x="16" y="20">
          {`${state.type} `}
        </text>
        <text className="name" x="16" y="42">
          {`${clipped(state.name, box ? 40 : 24)} `}
        </text>
        <text className="note" x={width - 12} y="20" textAnchor="end">
          {note}
        </text>
        {status && !box && <StatusMark kind={kind} x={width - 26} y={28} />}
      </g>
      {failed.slice(0, 3).map((thread, index) => {
        const name = `#${thread.index} ${itemLabel(thread)}`;
        const seen = clipped(name, Math.floor((width - 32) / 3 / 7));
        return (
          // biome-ignore lint/a11y/useSemanticElements: an element of SVG cannot be a button.
          <g
            key={thread.index}
            className="failed-iteration"
            role="button"
            tabIndex={0}
            aria-label={`${seen === name ? seen : `${seen} ${name}`}, failed iteration`}
            transform={`translate(${16 + index * ((width - 32) / 3)} ${BOX_HEADER - 16})`}
            onClick={() => onSelectThread(state.path, thread.index)}
            onKeyDown={(event) => {
              if (event.key === "Enter" || event.key === " ") onSelectThread(state.path, thread.index);
            }}
          >
            <text y="10">{seen}</text>
          </g>
        );
      })}
      {inner.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the branches of a definition do not change.
        <Level key={index} graph={group} {...props} />
      ))}
    </g>
  );
}

function StatusMark({ kind, x, y }: { kind: string; x: number; y: number }) {
  const path =
    kind === "succeeded"
      ? "m4 8 3 3 5-6"
      : kind === "failed"
        ? "m4 4 8 8m0-8-8 8"
        : kind === "running"
          ? "M8 3v5l3 2"
          : "M4 8h8";
  return (
    <g className="status-mark" transform={`translate(${x} ${y})`}>
      <circle cx="8" cy="8" r="8" />
      <path d={path} />
    </g>
  );
}

/** What the box says next to its name: iterations, attempts, or how long a Wait has been waiting. */
function noteOf(status: StateStatus | undefined, now: number): string {
  if (status === undefined) return "";
  const { visits, first, counts } = status;
  if (visits.length > 1) return `${counts.succeeded ?? 0}/${visits.length}`;
  if (first.type === "Map" && first.length !== undefined) {
    const done = threadsToShow(first).filter(
      (thread) => thread.status === "succeeded" && !hasFault(thread),
    ).length;
    return `${done}/${first.length}`;
  }
  const open = first.status === "running" || first.status === "retrying";
  const from = first.spans.at(-1)?.from;
  if (first.status === "retrying") return `attempt ${first.attempts.length} failed, waiting`;
  if (open && first.type === "Wait" && from !== undefined) return `waiting for ${durationText(now - from)}`;
  if (first.attempts.length > 1) return `attempt ${first.attempts.length}`;
  return "";
}

function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text;
}

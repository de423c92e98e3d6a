/**
 * Lays out the states of a definition with dagre, from the inside out, so that a Map or Parallel is a box
 * around its states.
 */
import { graphlib, layout } from "@dagrejs/dagre";
import type { Edge, StateGroup, StateNode } from "./definition.ts";

export type PlacedState = {
  state: StateNode;
  x: number;
  y: number;
  width: number;
  height: number;
  inner: PlacedGraph[];
};
export type PlacedEdge = {
  from: string;
  to: string;
  label: string;
  kind: Edge["kind"];
  points: { x: number; y: number }[];
  labelAt: { x: number; y: number } | undefined;
};
export type PlacedGraph = {
  x: number;
  y: number;
  width: number;
  height: number;
  states: PlacedState[];
  edges: PlacedEdge[];
  /** The round start and end markers of the whole graph. Empty for the states inside a box. */
  marks: { kind: "start" | "end"; x: number; y: number }[];
};

const STATE = { width: 220, height: 56 };
const MARK = 28;
/** The height of a box's header, and the space around the contents of a box. */
export const BOX_HEADER = 64;
const BOX_PADDING = 16;
const START = "\0start";
const END = "\0end";

/** Lays out a whole definition. */
export function placeDefinition(definition: StateGroup): PlacedGraph {
  return placeGroup(definition, true);
}

function placeGroup({ start, states }: StateGroup, marks: boolean): PlacedGraph {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 40, ranksep: 36, edgesep: 16, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const names = new Set(states.map(({ name }) => name));
  const inner = new Map(
    states.map((state) => [state.name, state.groups.map((group) => placeGroup(group, false))]),
  );
  for (const state of states) graph.setNode(state.name, sizeOf(inner.get(state.name) ?? []));
  const edges: { from: string; to: string; edge: Edge }[] = [];
  if (marks && start !== undefined && names.has(start)) {
    graph.setNode(START, { width: MARK, height: MARK });
    edges.push({ from: START, to: start, edge: { to: start, label: "", kind: "next" } });
  }
  for (const { name, next, ends } of states) {
    for (const edge of next) if (names.has(edge.to)) edges.push({ from: name, to: edge.to, edge });
    if (marks && ends) {
      if (!graph.hasNode(END)) graph.setNode(END, { width: MARK, height: MARK });
      edges.push({ from: name, to: END, edge: { to: END, label: "", kind: "next" } });
    }
  }
  edges.forEach(({ from, to, edge }, index) => {
    const label = shortLabel(edge);
    graph.setEdge(
      from,
      to,
      label === "" ? {} : { width: label.length * 6.5 + 8, height: 16, labelpos: "c" },
      String(index),
    );
  });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    x: 0,
    y: 0,
    width: finite(width),
    height: finite(height),
    states: states.map((state) => placedState(state, graph.node(state.name), inner.get(state.name) ?? [])),
    edges: edges.map(({ from, to, edge }, index) => {
      const placed = graph.edge(from, to, String(index));
      const { x, y, points = [] } = placed;
      return {
        from,
        to,
        label: shortLabel(edge),
        kind: edge.kind,
        points,
        labelAt: typeof x === "number" && typeof y === "number" ? { x, y } : undefined,
      };
    }),
    marks: (
      [
        ["start", START],
        ["end", END],
      ] as const
    ).flatMap(([kind, id]) => {
      if (!graph.hasNode(id)) return [];
      const { x = 0, y = 0 } = graph.node(id);
      return [{ kind, x, y }];
    }),
  };
}

function sizeOf(inner: readonly PlacedGraph[]): { width: number; height: number } {
  if (inner.length === 0) return { ...STATE };
  const width = inner.reduce((sum, group) => sum + group.width, 0) + BOX_PADDING * (inner.length + 1);
  const height = Math.max(...inner.map((group) => group.height));
  return { width: Math.max(STATE.width + 60, width), height: height + BOX_HEADER + BOX_PADDING };
}

function placedState(
  state: StateNode,
  { x = 0, y = 0, width = 0, height = 0 }: { x?: number; y?: number; width?: number; height?: number },
  inner: PlacedGraph[],
): PlacedState {
  const used = inner.reduce((sum, group) => sum + group.width, 0) + BOX_PADDING * (inner.length + 1);
  let left = BOX_PADDING + Math.max(0, (width - used) / 2);
  const placed = inner.map((group) => {
    const at = { ...group, x: left, y: BOX_HEADER };
    left += group.width + BOX_PADDING;
    return at;
  });
  return { state, x: x - width / 2, y: y - height / 2, width, height, inner: placed };
}

/**
 * A condition can be long: its beginning distinguishes the edges, and the step's definition shows all of it.
 */
const LONGEST_LABEL = 28;

function shortLabel({ label }: Edge): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

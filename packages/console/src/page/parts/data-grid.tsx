// biome-ignore-all lint/a11y/useSemanticElements: the elements of a table cannot be positioned freely.
// biome-ignore-all lint/a11y/noStaticElementInteractions: the role is grid or treegrid.
// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: the role is grid or treegrid.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid keeps the focus and refers to its active row.
/**
 * A table, or a tree in a table, with any number of rows: only visible rows are in the document (TanStack
 * Virtual). It follows the ARIA grid pattern with rows: one Tab stop, arrows between rows, Right and Left to
 * expand and collapse, Enter to select.
 */
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import { usePrinting } from "../lib/printing.ts";
import { Down, Twist, Up } from "./icons.tsx";

export type GridColumn<Row> = {
  id: string;
  name: string;
  /** A CSS grid width, such as `minmax(200px, 2fr)`. */
  width: string;
  /** Minimum width of the column, in pixels. */
  least: number;
  /** Numbers are aligned at the end of their cell. */
  end?: boolean;
  sortable?: boolean;
  /** What the header shows instead of the column's name. */
  header?: ReactNode;
  cell: (row: Row) => ReactNode;
};

export type Sorting = { column: string; descending: boolean };

/** The position of a row in a tree. */
type TreePlace = { level: number; expandable: boolean; expanded: boolean };

export type DataGridProps<Row> = {
  label: string;
  columns: readonly GridColumn<Row>[];
  /** Must be the same list in every render unless something has changed. */
  rows: readonly Row[];
  /** Must be the same function in every render. */
  keyOf: (row: Row) => string;
  rowHeight?: number;
  selected?: string | undefined;
  onSelect?: (row: Row) => void;
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
  /** For a tree: a row's position, and how to expand or collapse it. */
  tree?: { place: (row: Row) => TreePlace; toggle: (row: Row) => void };
  /** For rows with details that open below the row. */
  detail?: { isOpen: (row: Row) => boolean; toggle: (row: Row) => void; render: (row: Row) => ReactNode };
  empty: ReactNode;
};

const ROW_HEIGHT = 32;
const MOST_PRINTED_ROWS = 500;
const PAGE_OF_ROWS = 15;

export function DataGrid<Row>(props: DataGridProps<Row>) {
  const { label, columns, rows, keyOf, selected, onSelect, tree, detail, rowHeight = ROW_HEIGHT } = props;
  const id = useId();
  const printing = usePrinting();
  const scroller = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string>();
  // Only the heights of these rows are measured. Measuring all rows would slow down each frame while scrolling.
  const wasOpen = useRef(new Set<string>());
  const active = Math.max(0, useIndexOf(rows, keyOf, activeKey ?? selected));
  const selectedIndex = useIndexOf(rows, keyOf, selected);
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
    [rows, keyOf],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey,
    overscan: 8,
    scrollPaddingStart: rowHeight,
    // The active row stays in the document: the grid refers to it for screen readers.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      return rows.length === 0 || indexes.includes(active)
        ? indexes
        : [...indexes, active].sort((a, b) => a - b);
    },
  });
  // A selection that was made in another view, or came with the URL, is scrolled into view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that arrive later must not scroll the table.
  useEffect(() => {
    if (selectedIndex >= 0) virtual.scrollToIndex(selectedIndex);
  }, [selected, selectedIndex >= 0]);

  const go = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setActiveKey(keyOf(row));
    virtual.scrollToIndex(Math.max(0, Math.min(rows.length - 1, index)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = rows[active];
    if (row === undefined) return;
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(active + 1),
      ArrowUp: () => go(active - 1),
      PageDown: () => go(active + PAGE_OF_ROWS),
      PageUp: () => go(active - PAGE_OF_ROWS),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      Enter: () => (onSelect ? onSelect(row) : detail?.toggle(row)),
      " ": () => (onSelect ? onSelect(row) : detail?.toggle(row)),
      ArrowRight: () => openRow(row),
      ArrowLeft: () => closeRow(row),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };
  const openRow = (row: Row) => {
    const place = tree?.place(row);
    if (place?.expandable && !place.expanded) tree?.toggle(row);
    else if (place?.expanded) go(active + 1);
    else if (detail && !detail.isOpen(row)) detail.toggle(row);
  };
  const closeRow = (row: Row) => {
    const place = tree?.place(row);
    if (place?.expanded) tree?.toggle(row);
    else if (detail?.isOpen(row)) detail.toggle(row);
    else if (place) {
      for (let index = active - 1; index >= 0; index--) {
        const above = rows[index];
        if (above !== undefined && (tree?.place(above).level ?? 0) < place.level) return go(index);
      }
    }
  };

  const all = printing ? rows.slice(0, MOST_PRINTED_ROWS).map((_, index) => index) : undefined;
  const items = all?.map((index) => ({ index, start: 0, key: index })) ?? virtual.getVirtualItems();
  const style = {
    "--columns": columns.map(({ width }) => width).join(" "),
    "--least-width": `${columns.reduce((sum, { least }) => sum + least, 0)}px`,
  } as CSSProperties;
  const role = tree || detail ? "treegrid" : "grid";
  return (
    <>
      <div
        ref={scroller}
        className="grid"
        role={role}
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        aria-multiselectable={false}
        aria-activedescendant={rows.length > 0 ? `${id}-${active}` : undefined}
        tabIndex={0}
        style={style}
        onKeyDown={onKeyDown}
      >
        <Head {...props} />
        <div role="rowgroup" className="body" style={all ? {} : { height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const place = tree?.place(row);
            const key = keyOf(row);
            const open = detail?.isOpen(row) ?? false;
            if (open) wasOpen.current.add(key);
            return (
              <div
                key={key}
                id={`${id}-${index}`}
                data-index={index}
                ref={wasOpen.current.has(key) && !all ? virtual.measureElement : undefined}
                role="row"
                tabIndex={-1}
                aria-rowindex={index + 2}
                aria-selected={onSelect ? key === selected : undefined}
                aria-level={place?.level ?? (detail ? 1 : undefined)}
                aria-expanded={place?.expandable ? place.expanded : detail ? open : undefined}
                className={`line${index === active ? " active" : ""}${onSelect || detail ? " selectable" : ""}`}
                style={all ? { position: "static" } : { transform: `translateY(${start}px)` }}
                onMouseDown={(event) => {
                  // The focus stays with the grid, unless something in the row takes it.
                  if (isControl(event.target)) return;
                  setActiveKey(key);
                }}
                onClick={(event) => {
                  if (isControl(event.target)) return;
                  scroller.current?.focus({ preventScroll: true });
                  if (onSelect) onSelect(row);
                  else detail?.toggle(row);
                }}
                onKeyDown={() => undefined}
              >
                <div className="cells" style={{ minHeight: rowHeight - 1 }}>
                  {columns.map((column, position) => (
                    <div
                      key={column.id}
                      role="gridcell"
                      aria-colindex={position + 1}
                      className={column.end ? "end" : undefined}
                    >
                      {position === 0 && (place || detail) ? (
                        <span className="tree" style={{ paddingLeft: ((place?.level ?? 1) - 1) * 20 }}>
                          {place?.expandable || detail ? (
                            <button
                              type="button"
                              tabIndex={-1}
                              className="twist"
                              aria-expanded={place?.expandable ? place.expanded : open}
                              aria-label={(place?.expandable ? place.expanded : open) ? "Close" : "Open"}
                              onClick={() => (place?.expandable ? tree?.toggle(row) : detail?.toggle(row))}
                            >
                              <Twist />
                            </button>
                          ) : (
                            <span style={{ width: 20, flex: "none" }} />
                          )}
                          <span>{column.cell(row)}</span>
                        </span>
                      ) : (
                        column.cell(row)
                      )}
                    </div>
                  ))}
                </div>
                {open && (
                  <div role="gridcell" className="detail" aria-colspan={columns.length}>
                    {detail?.render(row)}
                  </div>
                )}
              </div>
            );
          })}
        </div>
      </div>
      {rows.length === 0 && <p className="empty">{props.empty}</p>}
      {printing && rows.length > MOST_PRINTED_ROWS && (
        <p className="empty">
          The first {MOST_PRINTED_ROWS} of {rows.length} rows are printed.
        </p>
      )}
    </>
  );
}

/**
 * The position of the row with a key, or -1. Tables have tens of thousands of rows, so each list of rows is
 * searched only once.
 */
function useIndexOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string, key: string | undefined): number {
  return useMemo(
    () => (key === undefined ? -1 : rows.findIndex((row) => keyOf(row) === key)),
    [rows, keyOf, key],
  );
}

function Head<Row>({ columns, sorting, onSort }: DataGridProps<Row>) {
  return (
    <div role="rowgroup" className="headgroup">
      <div role="row" className="head" aria-rowindex={1}>
        {columns.map((column, index) => {
          const sorted =
            sorting?.column === column.id ? (sorting.descending ? "descending" : "ascending") : undefined;
          return (
            <div
              key={column.id}
              role="columnheader"
              tabIndex={-1}
              aria-colindex={index + 1}
              aria-sort={sorted}
              className={column.end ? "end" : undefined}
            >
              {column.sortable && onSort ? (
                <button
                  type="button"
                  onClick={() => onSort({ column: column.id, descending: sorted === "ascending" })}
                >
                  {column.name}
                  {sorted === "descending" ? <Down /> : sorted === "ascending" ? <Up /> : null}
                </button>
              ) : (
                (column.header ?? column.name)
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function isControl(target: EventTarget): boolean {
  return (
    target instanceof Element &&
    target.closest("a, button, input, textarea, select, .detail, [role=treeitem]") !== null
  );
}

/** Sorts rows by a column. `values` returns the values to sort by. */
export function sortRows<Row>(
  rows: readonly Row[],
  { column, descending }: Sorting,
  values: Readonly<Record<string, (row: Row) => string | number | null | undefined>>,
): readonly Row[] {
  const sortedBy = values[column];
  if (sortedBy === undefined) return rows;
  const sign = descending ? -1 : 1;
  return rows.toSorted((one, other) => {
    const a = sortedBy(one);
    const b = sortedBy(other);
    // Missing values come last in both directions.
    if (a === b) return 0;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    return (
      sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)))
    );
  });
}

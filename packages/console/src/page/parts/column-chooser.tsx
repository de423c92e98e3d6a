/** Which columns a table shows, chosen in a menu and stored in this browser. */
import { useState } from "react";
import { Button, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import type { GridColumn } from "./data-grid.tsx";
import { Gear, Tick } from "./icons.tsx";

type Chosen = ReadonlySet<string>;

/** The visible columns. The first one is always visible. */
export function useColumns<Row>(
  table: string,
  all: readonly GridColumn<Row>[],
): { columns: readonly GridColumn<Row>[]; chosen: Chosen; choose: (chosen: Chosen) => void } {
  const storage = `quest-columns-${table}`;
  const [hidden, setHidden] = useState<Chosen>(() => new Set(readStored(storage)));
  const chosen = new Set(all.map(({ id }) => id).filter((id) => !hidden.has(id)));
  return {
    columns: all.filter(({ id }, index) => index === 0 || chosen.has(id)),
    chosen,
    choose: (next) => {
      const left = new Set(all.map(({ id }) => id).filter((id) => !next.has(id)));
      setHidden(left);
      try {
        localStorage.setItem(storage, [...left].join(" "));
      } catch {
        // A page opened from a file may have no storage: the choice then lasts as long as the page.
      }
    },
  };
}

function readStored(storage: string): string[] {
  try {
    return (localStorage.getItem(storage) ?? "").split(" ").filter(Boolean);
  } catch {
    return [];
  }
}

export function ColumnChooser<Row>({
  columns,
  chosen,
  choose,
}: {
  columns: readonly GridColumn<Row>[];
  chosen: Chosen;
  choose: (chosen: Chosen) => void;
}) {
  return (
    <MenuTrigger>
      <Button className="button icon" aria-label="Columns">
        <Gear />
      </Button>
      <Popover className="popover">
        <Menu
          className="options"
          aria-label="Columns"
          selectionMode="multiple"
          selectedKeys={chosen}
          onSelectionChange={(keys) =>
            choose(new Set(keys === "all" ? columns.map(({ id }) => id) : [...keys].map(String)))
          }
        >
          {columns.slice(1).map(({ id, name }) => (
            <MenuItem key={id} id={id} className="option" textValue={name}>
              <span className="mark" aria-hidden="true">
                {chosen.has(id) ? <Tick /> : null}
              </span>
              {name}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

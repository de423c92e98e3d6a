/** The mirror: every file of every survey. */
import { useMemo, useState } from "react";
import type { FileRow } from "../../api-types.ts";
import { useAnswer } from "../lib/api.ts";
import { matchesWords } from "../lib/filter.ts";
import { plural } from "../lib/format.ts";
import { navigate, setParameters, useParameters } from "../lib/location.ts";
import { Alert, Bytes, Choice, Link, Moment, Panel, Search } from "../parts/basics.tsx";
import { DataGrid, type GridColumn, type Sorting, sortRows } from "../parts/data-grid.tsx";

export function FilesScreen() {
  const { value, error } = useAnswer<FileRow[]>("/api/files");
  const parameters = useParameters();
  const [sorting, setSorting] = useState<Sorting>({ column: "name", descending: false });
  const text = parameters.get("text") ?? "";
  const survey = parameters.get("survey") ?? "";
  const files = value ?? [];
  const surveys = useMemo(() => [...new Set((value ?? []).map((file) => file.survey))].sort(), [value]);
  const shown = files.filter(
    (file) => (survey === "" || file.survey === survey) && matchesWords(file.key, text),
  );
  const rows = sortRows(shown, sorting, {
    name: (file) => file.key,
    survey: (file) => file.survey,
    bytes: (file) => file.bytes,
    modified: (file) => file.modified,
  });
  return (
    <div className="stack">
      <h1>Files</h1>
      {error !== undefined && <Alert kind="error">{error}</Alert>}
      <Panel label="Files of the mirror">
        <div className="content row">
          <Search label="Find by name" value={text} onChange={(words) => setParameters({ text: words })} />
          <Choice
            label="Survey"
            value={survey}
            options={[["", "Any survey"], ...surveys.map((name) => [name, name] as const)]}
            onChange={(name) => setParameters({ survey: name })}
          />
          <span className="faint" role="status">
            {plural(shown.length, "file")}
          </span>
        </div>
        <DataGrid
          label="Files"
          columns={COLUMNS}
          rows={rows}
          keyOf={keyOf}
          onSelect={(file) => navigate(`/files/${file.key}`)}
          sorting={sorting}
          onSort={setSorting}
          empty={
            value === undefined
              ? "Loading"
              : files.length === 0
                ? "The mirror has no files yet. Start an execution."
                : "No file matches."
          }
        />
      </Panel>
    </div>
  );
}

const keyOf = ({ key }: FileRow) => key;

const COLUMNS: GridColumn<FileRow>[] = [
  {
    id: "name",
    name: "File",
    width: "minmax(220px, 2fr)",
    least: 220,
    sortable: true,
    cell: ({ key, name }) => <Link to={`/files/${key}`}>{name}</Link>,
  },
  {
    id: "survey",
    name: "Survey",
    width: "minmax(100px, 1fr)",
    least: 100,
    sortable: true,
    cell: ({ survey }) => survey,
  },
  {
    id: "bytes",
    name: "Size",
    width: "120px",
    least: 120,
    end: true,
    sortable: true,
    cell: ({ bytes }) => <Bytes bytes={bytes} />,
  },
  {
    id: "modified",
    name: "Stored",
    width: "minmax(190px, 1fr)",
    least: 190,
    sortable: true,
    cell: ({ modified }) => <Moment time={modified} />,
  },
];

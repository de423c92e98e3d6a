/**
 * The page's only script: it searches and sorts the table of all series. Of more matches than a browser lays out quickly
 * it shows the first ones and says so. Without the script the table is there whole, and the page lacks nothing else.
 */
export const SCRIPT = `
const MOST_SHOWN = 1000;
const table = document.getElementById("series-table");
const body = table.tBodies[0];
const search = document.getElementById("search");
const found = document.getElementById("found");
const textOf = (row) => Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase();
let rows = Array.from(body.rows, (row) => ({ row, text: textOf(row) }));

function show() {
  const words = search.value.toLowerCase().split(/\\s+/);
  let matches = 0;
  for (const { row, text } of rows) {
    const match = words.every((word) => text.includes(word));
    if (match) matches++;
    row.hidden = !match || matches > MOST_SHOWN;
  }
  const count = (number) => number.toLocaleString("en-US");
  const shown = matches > MOST_SHOWN ? ", of which the first " + count(MOST_SHOWN) + " are shown" : "";
  found.textContent = count(matches) + " of " + count(rows.length) + " series" + shown;
}

function sort(header, kind) {
  const column = header.cellIndex;
  const keyOf = (text) => (kind === "number" ? Number(text.replaceAll(",", "")) : text);
  const keys = new Map(rows.map(({ row }) => [row, keyOf(row.cells[column].textContent)]));
  const order = header.ariaSort === "ascending" ? -1 : 1;
  rows = rows.toSorted((a, b) => {
    const [left, right] = [keys.get(a.row), keys.get(b.row)];
    return left < right ? -order : left > right ? order : 0;
  });
  for (const cell of header.parentElement.cells) cell.ariaSort = null;
  header.ariaSort = order > 0 ? "ascending" : "descending";
  show();
  body.replaceChildren(...rows.map(({ row }) => row));
}

search.addEventListener("input", show);
for (const button of table.querySelectorAll("button[data-sort]"))
  button.addEventListener("click", () => sort(button.closest("th"), button.dataset.sort));
search.closest("p").hidden = false;
show();
`;

/** The page's only script: it searches and sorts the table of all series. Without it the page lacks nothing else. */
export const SCRIPT = `
const table = document.getElementById("series-table");
const body = table.tBodies[0];
const search = document.getElementById("search");
const found = document.getElementById("found");
const rows = Array.from(body.rows, (row) => ({ row, text: row.textContent.toLowerCase() }));

function show() {
  const words = search.value.toLowerCase().split(/\\s+/);
  let shown = 0;
  for (const { row, text } of rows) {
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown++;
  }
  found.textContent = shown.toLocaleString("en-US") + " of " + rows.length.toLocaleString("en-US");
}

function sort(header, kind) {
  const column = header.cellIndex;
  const down = header.ariaSort === "ascending";
  const numberOf = (text) => Number(text.replaceAll(",", ""));
  const keyed = rows.map(({ row }) => {
    const text = row.cells[column].textContent;
    return { row, key: kind === "number" ? numberOf(text) : text };
  });
  const order = down ? -1 : 1;
  keyed.sort((a, b) => order * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  for (const cell of header.parentElement.cells) cell.ariaSort = null;
  header.ariaSort = down ? "descending" : "ascending";
  body.replaceChildren(...keyed.map(({ row }) => row));
}

search.addEventListener("input", show);
for (const button of table.querySelectorAll("button[data-sort]"))
  button.addEventListener("click", () => sort(button.closest("th"), button.dataset.sort));
search.closest("p").hidden = false;
show();
`;

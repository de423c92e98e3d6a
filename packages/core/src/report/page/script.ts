/**
 * The page's only script: it searches and sorts the tables, and shows the charts' values. If there are more
 * matches than a browser can lay out quickly, it shows the first matches and says so. Without the script, the page
 * lacks only these features, and all tables are complete.
 */
export const SCRIPT = `
const MOST_SHOWN = 1000;
const count = (number) => number.toLocaleString("en-US");
const textOf = (row) => Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase();

function arrange(table, show) {
  const body = table.tBodies[0];
  let rows = Array.from(body.rows, (row) => ({ row, text: textOf(row) }));

  function sort(header) {
    const column = header.cellIndex;
    const isNumber = header.dataset.sort === "number";
    const keys = new Map(rows.map(({ row }) => {
      const text = row.cells[column].textContent.trim();
      return [row, isNumber ? Number(text === "" ? NaN : text.replaceAll(",", "")) : text];
    }));
    const order = header.ariaSort === "ascending" ? -1 : 1;
    rows = rows.toSorted((a, b) => {
      const [left, right] = [keys.get(a.row), keys.get(b.row)];
      if (isNumber && (isNaN(left) || isNaN(right))) return isNaN(left) - isNaN(right);
      return left < right ? -order : left > right ? order : 0;
    });
    for (const cell of header.parentElement.cells) cell.ariaSort = null;
    header.ariaSort = order > 0 ? "ascending" : "descending";
    show?.(rows);
    body.replaceChildren(...rows.map(({ row }) => row));
  }

  for (const header of table.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(header));
    header.append(button);
  }
  return () => show?.(rows);
}

for (const listing of document.querySelectorAll(".listing")) {
  const search = listing.querySelector("input");
  const found = listing.querySelector("output");
  const update = arrange(listing.querySelector("table"), (rows) => {
    const words = search.value.toLowerCase().split(/\\s+/);
    let matches = 0;
    for (const { row, text } of rows) {
      const match = words.every((word) => text.includes(word));
      if (match) matches++;
      row.hidden = !match || matches > MOST_SHOWN;
    }
    const shown = matches > MOST_SHOWN ? ", of which the first " + count(MOST_SHOWN) + " are shown" : "";
    found.textContent = count(matches) + " of " + count(rows.length) + " " + listing.dataset.noun + shown;
  });
  search.addEventListener("input", update);
  search.closest("label").hidden = false;
  update();
}
for (const table of document.querySelectorAll("figure table")) arrange(table);

for (const figure of document.querySelectorAll("figure[data-values]")) {
  const values = JSON.parse(figure.dataset.values);
  if (values.length === 0) continue;
  const isWide = figure.dataset.axis === "x";
  const readout = document.createElement("output");
  const range = document.createElement("input");
  Object.assign(range, { type: "range", min: 0, max: values.length - 1, value: isWide ? values.length - 1 : 0 });
  range.ariaLabel = "Values of the chart: " + figure.querySelector("figcaption").textContent;
  readout.textContent = range.ariaValueText = values[range.valueAsNumber];
  const row = document.createElement("p");
  row.className = "values";
  row.append(range, readout);
  const charts = Array.from(figure.querySelectorAll(".chart"), (chart) => {
    const svg = chart.querySelector("svg");
    const places = chart.dataset.places.split(" ").map(Number);
    const guide = document.createElementNS(svg.namespaceURI, "line");
    guide.setAttribute("class", "guide");
    guide.setAttribute("visibility", "hidden");
    svg.append(guide);
    chart.addEventListener("pointermove", ({ clientX, clientY }) => {
      const box = svg.getBoundingClientRect();
      const { width, height } = svg.viewBox.baseVal;
      const at = isWide ? ((clientX - box.left) / box.width) * width : ((clientY - box.top) / box.height) * height;
      const distances = places.map((place) => Math.abs(place - at));
      show(distances.indexOf(Math.min(...distances)));
    });
    chart.addEventListener("pointerleave", hide);
    return { guide, places, size: svg.viewBox.baseVal };
  });
  charts.at(-1).guide.closest(".chart").after(row);

  function show(index) {
    range.value = index;
    readout.textContent = range.ariaValueText = values[index];
    for (const { guide, places, size } of charts) {
      const ends = isWide ? [places[index], 0, places[index], size.height] : [0, places[index], size.width, places[index]];
      for (const [end, name] of ["x1", "y1", "x2", "y2"].entries()) guide.setAttribute(name, ends[end]);
      guide.setAttribute("visibility", "visible");
    }
  }
  function hide() {
    for (const { guide } of charts) guide.setAttribute("visibility", "hidden");
  }
  range.addEventListener("input", () => show(range.valueAsNumber));
  range.addEventListener("focus", () => show(range.valueAsNumber));
  range.addEventListener("blur", hide);
}

// A page that was copied from the mirror has no other reports beside it.
if (location.protocol === "file:") for (const links of document.querySelectorAll(".others")) links.hidden = true;
`;

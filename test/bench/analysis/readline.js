/** Question 2 in straightforward Node code: readline, split, Number. Prints CSV as duckdb.js does. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

const FINEST = [/^M(0\d|1[0-2])$/, /^Q0[1-4]$/, /^S0[12]$/, /./];
const sums = new Map();

const lines = createInterface({
  input: createReadStream(process.argv[2] ?? ""),
  crlfDelay: Number.POSITIVE_INFINITY,
});
for await (const line of lines) {
  const [id = "", year = "", period = "", text = ""] = line.split("\t").map((cell) => cell.trim());
  const value = Number.parseFloat(text);
  if (Number.isNaN(value)) continue;
  const groups = sums.get(id) ?? FINEST.map(() => new Map());
  const group = groups[FINEST.findIndex((periods) => periods.test(period))];
  group?.set(Number(year), (group.get(Number(year)) ?? 0) + value);
  sums.set(id, groups);
}
let csv = "series_id,year,value\r\n";
for (const id of [...sums.keys()].sort()) {
  const finest = sums.get(id)?.find((group) => group.size > 0) ?? new Map();
  const [year, value] = [...finest].reduce((best, next) => (next[1] > best[1] ? next : best));
  csv += `${id},${year},${value}\r\n`;
}
process.stdout.write(csv);

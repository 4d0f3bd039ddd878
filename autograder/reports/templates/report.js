"use strict";
// The values under the pointer, for a reader who sees the charts; the table behind each has them for everybody.
const tip = document.getElementById("tip");
document.addEventListener("pointermove", event => {
  const marked = event.target instanceof Element && event.target.closest("[data-tip]");
  tip.hidden = !marked;
  if (!marked) return;
  tip.textContent = marked.dataset.tip;
  const left = Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8);
  const below = event.clientY + 16 + tip.offsetHeight < innerHeight;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${below ? event.clientY + 16 : event.clientY - tip.offsetHeight - 8}px`;
});
document.addEventListener("pointerleave", () => { tip.hidden = true; });

function valueOf(row, column) {
  const cell = row.cells[column];
  const given = cell.dataset.value ?? cell.textContent.trim();
  const number = Number.parseFloat(given);
  return Number.isNaN(number) ? given.toLowerCase() : number;
}
function sort(table, column, header) {
  const up = header.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", up ? "ascending" : "descending");
  const rows = Array.from(table.tBodies[0].rows, row => [valueOf(row, column), row]);
  rows.sort(([a], [b]) => {
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1; // what has no number stays at the end
    return (a < b ? -1 : a > b ? 1 : 0) * (up ? 1 : -1);
  });
  table.tBodies[0].append(...rows.map(([, row]) => row));
  if (table.id === "class") showRows();
}
for (const table of document.querySelectorAll("table.sortable")) {
  Array.from(table.tHead.rows[0].cells).forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => sort(table, column, header));
  });
}

// The table of all students: the rows that contain what was typed, at first only so many of them.
const students = document.getElementById("class"), filter = document.getElementById("filter"), ROWS = 50;
let most = ROWS;
function showRows() {
  const wanted = filter.value.trim().toLowerCase();
  const found = Array.from(students.tBodies[0].rows).filter(row => {
    row.hidden = true;
    return row.textContent.toLowerCase().includes(wanted);
  });
  const shown = found.slice(0, most);
  for (const row of shown) row.hidden = false;
  document.getElementById("filter-count").textContent = `${shown.length} of ${found.length} rows`;
  document.getElementById("all-rows").hidden = shown.length === found.length;
  const chosen = new Set(wanted && found.length <= 10 ? found.map(row => row.dataset.way) : []);
  for (const way of document.querySelectorAll(".way")) way.classList.toggle("chosen", chosen.has(way.dataset.way));
}
if (students) {
  filter.closest(".filter").hidden = false;
  filter.addEventListener("input", () => { most = ROWS; showRows(); });
  document.getElementById("all-rows").addEventListener("click", () => { most = Infinity; showRows(); filter.focus(); });
  showRows();
}

let opened = [], before;
addEventListener("beforeprint", () => {
  opened = Array.from(document.querySelectorAll("details:not([open])"));
  for (const details of opened) details.open = true;
  [before, most] = [most, Infinity];
  if (students) showRows();
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
  most = before;
  if (students) showRows();
});

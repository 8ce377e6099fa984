document.documentElement.classList.add("js");
const compplanTables = (() => {
  "use strict";
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  // Calls `read` with the column, the direction and the head whenever somebody asks for another order.
  const sorted = (table, read) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") === "none" ? !head.classList.contains("n") : head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      read(column, up ? 1 : -1, head);
    }));
  };

  // Tables whose rows all stand in the page: figures are sorted by `data-v` or as they are written, texts by what they say.
  const number = (cell) => Number("v" in cell.dataset ? cell.dataset.v : cell.textContent.replace(/[,%+]/g, ""));
  for (const table of document.querySelectorAll("table.sortable")) {
    const rows = [...table.tBodies[0].rows];
    const compare = (a, b) => (a.matches("[data-v], .n") ? number(a) - number(b) : order.compare(a.textContent, b.textContent));
    sorted(table, (column, sign) => {
      table.tBodies[0].append(...[...rows].sort((a, b) => sign * compare(a.cells[column], b.cells[column])));
      table.dispatchEvent(new Event("sorted"));
    });
  }

  // Long tables: the first rows and the rest on request; those that hold what is searched for.
  for (const box of document.querySelectorAll(".long-table")) {
    const body = box.querySelector("table").tBodies[0], first = Number(box.dataset.first);
    const search = box.querySelector("input[type=search]"), count = box.querySelector("caption .count"), more = box.querySelector(".more");
    const words = new Map([...body.rows].map((row) => [row, row.textContent.toLowerCase()]));
    let whole = false;
    const show = () => {
      const asked = search.value.trim().toLowerCase();
      let found = 0;
      for (const row of body.rows) {
        const fits = words.get(row).includes(asked);
        if (fits) found += 1;
        row.hidden = !fits || (!whole && found > first);
      }
      const shown = whole ? found : Math.min(found, first);
      count.textContent = shown < found ? `${shown.toLocaleString("en-US")} of ${found.toLocaleString("en-US")} shown.` : `${found.toLocaleString("en-US")} shown.`;
      more.hidden = shown === found;
    };
    search.addEventListener("input", show);
    more.querySelector("button").addEventListener("click", () => { whole = true; show(); });
    box.querySelector("table").addEventListener("sorted", show);
    show();
  }
  return { order, sorted };
})();

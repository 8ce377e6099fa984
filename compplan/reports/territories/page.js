(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const { reps, measures, accounts: A } = data;
  const $ = (id) => document.getElementById(id);
  const { order, sorted } = compplanTables;
  const MINUS = "\u2212", NOBODY = -1, FIRST = 50, STEP = 200;

  const figure = (value, decimals, signed) => {
    if (value === null) return "\u2013";
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const text = Math.abs(value / 10 ** decimals).toLocaleString("en-US", digits);
    return value < 0 ? MINUS + text : signed && value > 0 ? "+" + text : text;
  };
  const before = (i) => (A.before[i] === NOBODY ? A.by[i] || "nobody" : reps[A.before[i]]);
  const change = (i) => (A.known[i] ? A.cost[i] - A.was[i] : null);
  const make = (tag, text, name) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (name) node.className = name;
    return node;
  };

  // ---- one rep, singled out
  let chosen = null;
  const choose = (rep) => {
    chosen = chosen === rep ? null : rep;
    document.body.classList.toggle("one", chosen !== null);
    for (const node of document.querySelectorAll("[data-r]")) node.classList.toggle("on", Number(node.dataset.r) === chosen);
    for (const node of document.querySelectorAll(".pick")) node.setAttribute("aria-pressed", String(Number(node.dataset.rep) === chosen));
    const note = $("chosen");
    if (note) note.textContent = chosen === null ? "" : data.about[chosen];
    showMoves();
  };
  for (const node of document.querySelectorAll(".pick")) node.addEventListener("click", () => choose(Number(node.dataset.rep)));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && chosen !== null) choose(chosen); });

  // ---- accounts that change hands: searched, sorted, the first and the rest on request
  const moveTable = $("move-table");
  const all = A.id.map((_, i) => i).filter((i) => A.after[i] !== A.before[i]);
  const words = all.map((i) => [A.id[i], A.name ? A.name[i] : "", before(i), reps[A.after[i]]].join("\n").toLowerCase());
  const keys = {
    account: (i) => A.id[i], from: before, to: (i) => reps[A.after[i]], cost: (i) => change(i),
  };
  measures.forEach((m, k) => { keys["m" + k] = (i) => A.figures[k][i]; });
  let sort = { key: data.sorted, sign: -1 }, limit = FIRST;

  function showMoves() {
    if (!moveTable) return;
    const asked = $("search").value.trim().toLowerCase();
    const read = keys[sort.key];
    const compare = (a, b) => {
      const x = read(a), y = read(b);
      if (x === null || y === null) return (x === null) - (y === null);
      return sort.sign * (typeof x === "string" ? order.compare(x, y) : x - y) || order.compare(A.id[a], A.id[b]);
    };
    const found = all.filter((i, n) => (chosen === null || A.after[i] === chosen || A.before[i] === chosen) && words[n].includes(asked)).sort(compare);
    moveTable.tBodies[0].replaceChildren(...found.slice(0, limit).map(moveRow));
    const shown = Math.min(limit, found.length).toLocaleString("en-US"), total = found.length.toLocaleString("en-US");
    const whose = chosen === null ? "" : ` that ${reps[chosen]} gives or gets`;
    $("move-count").textContent = found.length > limit ? `${shown} of ${total} accounts${whose}.` : `${total} ${found.length === 1 ? "account" : "accounts"}${whose}.`;
    $("more").hidden = found.length <= limit;
    $("show-all").textContent = `Show all ${total}`;
  }
  function moveRow(i) {
    const row = make("tr"), head = make("th");
    head.scope = "row";
    const name = make("span", A.id[i], "name");
    name.dir = "auto";
    if (data.places && A.x[i] !== null) {
      const button = make("button");
      button.type = "button";
      button.title = "Show on the map";
      button.append(name);
      button.addEventListener("click", () => point(i, true));
      head.append(button);
    } else head.append(name);
    if (A.name && A.name[i] !== A.id[i]) {
      const small = make("small", A.name[i]);
      small.dir = "auto";
      head.append(" ", small);
    }
    row.append(head);
    for (const rep of [before(i), reps[A.after[i]]]) {
      const cell = make("td", rep);
      cell.dir = "auto";
      if (rep.length > 18) cell.title = rep;
      row.append(cell);
    }
    row.append(make("td", figure(change(i), data.decimals, true), "n"));
    measures.forEach((m, k) => row.append(make("td", figure(A.figures[k][i], m.decimals), "n")));
    return row;
  }
  if (moveTable) {
    sorted(moveTable, (_, sign, head) => { sort = { key: head.querySelector("button").dataset.key, sign }; showMoves(); });
    $("search").addEventListener("input", () => { limit = FIRST; showMoves(); });
    $("show-more").addEventListener("click", () => { limit += STEP; showMoves(); });
    $("show-all").addEventListener("click", () => { limit = Infinity; showMoves(); });
    showMoves();
  }

  // ---- the map
  if (!data.places) return;
  const map = $("map"), picture = $("picture"), tip = $("tip"), ring = $("ring");
  const [, , W, H] = picture.getAttribute("viewBox").split(" ").map(Number);
  let view = { x: 0, y: 0, w: W };
  const NEAREST = W / 60;

  function draw() {
    const h = (view.w * H) / W;
    view.x = Math.min(Math.max(view.x, 0), W - view.w);
    view.y = Math.min(Math.max(view.y, 0), H - h);
    picture.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${h}`);
    picture.style.setProperty("--k", String(view.w / (picture.clientWidth || W)));
    picture.style.setProperty("--z", String(Math.pow(W / view.w, 0.4)));
    map.classList.toggle("zoomed", view.w < W);
    $("zoom-in").disabled = view.w <= NEAREST;
    $("zoom-out").disabled = $("zoom-all").disabled = view.w >= W;
  }
  function zoom(times, x = view.x + view.w / 2, y = view.y + (view.w * H) / W / 2) {
    const w = Math.min(Math.max(view.w / times, NEAREST), W), part = w / view.w;
    view = { x: x - (x - view.x) * part, y: y - (y - view.y) * part, w };
    tip.hidden = true;
    draw();
  }
  const centre = () => {
    const mine = A.id.map((_, i) => i).filter((i) => A.after[i] === chosen && A.x[i] !== null);
    if (!mine.length) return [];
    const middle = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
    return [middle(mine.map((i) => A.x[i])), middle(mine.map((i) => A.y[i]))];
  };
  $("zoom-in").addEventListener("click", () => {
    const [x, y] = chosen === null ? [] : centre();
    if (x !== undefined) Object.assign(view, { x: x - view.w / 2, y: y - (view.w * H) / W / 2 });
    zoom(1.8);
  });
  $("zoom-out").addEventListener("click", () => zoom(1 / 1.8));
  $("zoom-all").addEventListener("click", () => zoom(0));
  map.addEventListener("dblclick", (event) => zoom(1.8, ...under(event)));
  map.addEventListener("keydown", (event) => {
    const step = view.w / 8;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (event.key === "+" || event.key === "=") zoom(1.8);
    else if (event.key === "-") zoom(1 / 1.8);
    else if (moves[event.key] && view.w < W) { view.x += moves[event.key][0]; view.y += moves[event.key][1]; draw(); }
    else return;
    event.preventDefault();
  });

  function under(event) {
    const box = picture.getBoundingClientRect();
    const unit = view.w / box.width;
    return [view.x + (event.clientX - box.left) * unit, view.y + (event.clientY - box.top) * unit];
  }
  function nearest(x, y, within) {
    let best = -1, least = within * within;
    const whose = map.dataset.when === "after" ? A.after : A.before;
    for (let i = 0; i < A.id.length; i++) {
      if (A.x[i] === null || (chosen !== null && whose[i] !== chosen)) continue;
      const far = (A.x[i] - x) ** 2 + (A.y[i] - y) ** 2;
      if (far < least) { least = far; best = i; }
    }
    return best;
  }
  function point(i, scroll) {
    ring.hidden = tip.hidden = i < 0;
    ring.toggleAttribute("hidden", i < 0);
    if (i < 0) return;
    ring.setAttribute("transform", `translate(${A.x[i]} ${A.y[i]})`);
    tip.replaceChildren();
    const head = make("b", A.name && A.name[i] !== A.id[i] ? `${A.name[i]} (${A.id[i]})` : A.id[i]);
    head.dir = "auto";
    tip.append(head, make("div", reps[A.after[i]]));
    if (data.before) tip.append(make("span", A.after[i] === A.before[i] ? "stays" : `today: ${before(i)}`));
    measures.forEach((m, k) => tip.append(make("span", `${m.name} ${figure(A.figures[k][i], m.decimals)}`)));
    const more = change(i);
    tip.append(make("span", `cost ${figure(A.cost[i], data.decimals)}` + (more ? `, ${figure(more, data.decimals, true)}` : "")));
    if (A.far && A.far[i] !== null) tip.append(make("span", `${A.far[i].toLocaleString("en-US")} km`));
    if (scroll) {
      const h = (view.w * H) / W;
      if (A.x[i] < view.x || A.x[i] > view.x + view.w || A.y[i] < view.y || A.y[i] > view.y + h) { view = { x: 0, y: 0, w: W }; draw(); }
      map.scrollIntoView({ block: "nearest" });
    }
    const scale = picture.clientWidth / view.w;
    const left = (A.x[i] - view.x) * scale, top = (A.y[i] - view.y) * scale;
    tip.style.left = `${left > picture.clientWidth / 2 ? Math.max(4, left - tip.offsetWidth - 16) : left + 16}px`;
    tip.style.top = `${Math.min(Math.max(top - 20, 4), Math.max(4, picture.clientHeight - tip.offsetHeight - 4))}px`;
  }
  let drag = null;
  map.addEventListener("pointerdown", (event) => {
    if (view.w < W && event.button === 0) { drag = { x: event.clientX, y: event.clientY, from: { ...view } }; map.setPointerCapture(event.pointerId); }
  });
  map.addEventListener("pointermove", (event) => {
    if (drag) {
      const unit = view.w / picture.clientWidth;
      view.x = drag.from.x - (event.clientX - drag.x) * unit;
      view.y = drag.from.y - (event.clientY - drag.y) * unit;
      map.classList.add("dragged");
      tip.hidden = true;
      draw();
    } else point(nearest(...under(event), (14 * view.w) / picture.clientWidth), false);
  });
  for (const end of ["pointerup", "pointercancel"]) map.addEventListener(end, () => { drag = null; map.classList.remove("dragged"); });
  map.addEventListener("pointerleave", () => { if (!drag) point(-1, false); });
  map.addEventListener("click", (event) => point(nearest(...under(event), (22 * view.w) / picture.clientWidth), false));
  for (const input of document.querySelectorAll("input[name=when]")) {
    input.addEventListener("change", () => { if (input.checked) map.dataset.when = input.value; });
    if (input.checked) map.dataset.when = input.value;
  }
  $("find").addEventListener("input", () => {
    const asked = $("find").value.trim().toLowerCase();
    const fits = (i, test) => A.x[i] !== null && (test(A.id[i].toLowerCase()) || (A.name && test(A.name[i].toLowerCase())));
    const found = (test) => A.id.findIndex((_, i) => fits(i, test));
    let i = -1;
    if (asked) {
      i = found((text) => text === asked);
      if (i < 0) i = found((text) => text.startsWith(asked));
      if (i < 0) i = found((text) => text.includes(asked));
    }
    point(i, i >= 0);
    $("find").setAttribute("aria-invalid", String(Boolean(asked) && i < 0));
  });
  new ResizeObserver(draw).observe(picture);
  draw();
})();

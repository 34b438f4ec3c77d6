/* What is looked at: pointed at, held by a click, or walked to with the keys. Found by nearness, not by element. */
const said = document.getElementById("details"), silent = [...said.children];
const chosen = svg.querySelector(".chosen");
const tinted = [...svg.querySelectorAll("[data-site]")];
const keys = [...document.querySelectorAll(".key [data-site]")];
const customers = data.customers;
const byDemand = data.sites.map((_, k) => customers.links.flatMap((links, i) => (links.length && links[0][0] === k ? [i] : [])));
let holding = null, shown = "";

function hidden(kind, k) {
  if (kind === "site") return off.site[k];
  if (kind === "customer") return off.segment[customers.segment[k]] || !customers.links[k].some(([s]) => !off.site[s]);
  return off.place[k] || svg.classList.contains("no-places");
}

function nearest(x, y) {
  let best = null, least = Infinity;
  const look = (kind, k, px, py, reach, handicap) => {
    const far = Math.hypot(px - x, py - y) / unit;
    if (far <= reach && far + handicap < least && !hidden(kind, k)) { least = far + handicap; best = [kind, k]; }
  };
  data.sites.forEach((s, k) => look("site", k, s.x, s.y, 14, -14));
  for (let k = 0; k < customers.x.length; k++) {
    const radius = customers.size[k] / 2;
    look("customer", k, customers.x[k], customers.y[k], Math.max(radius, 5), Math.min(radius, 4) - 4);
  }
  data.places.forEach((p, k) => look("place", k, p.x, p.y, 7, 0));
  return best;
}

function ring(x, y, size, colour) {
  const parts = [["ring", size + 5], ["ring inner", size]].map(([name, width]) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", `${name} ${colour}`);
    path.setAttribute("d", `M${x} ${y}h0`);
    path.style.strokeWidth = `${width}px`;
    return path;
  });
  chosen.append(...parts);
}

function look(target) {
  const key = target ? target.join() : "";
  if (key === shown) return;
  shown = key;
  chosen.replaceChildren();
  const [kind, k] = target ?? [];
  const sites = new Set(kind === "site" ? [k] : kind === "customer" ? customers.links[k].map(([s]) => s) : []);
  svg.classList.toggle("focus", kind === "site");
  for (const one of tinted) one.classList.toggle("on", sites.has(Number(one.dataset.site)) && one.dataset.site !== "");
  for (const one of keys) one.classList.toggle("on", sites.has(Number(one.dataset.site)));
  if (kind === "customer") {
    for (const s of sites) {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
      line.setAttribute("d", `M${customers.x[k]} ${customers.y[k]}L${data.sites[s].x} ${data.sites[s].y}`);
      chosen.append(line);
    }
    ring(customers.x[k], customers.y[k], customers.size[k], `c${data.sites[[...sites][0]]?.colour ?? "x"}`);
  } else if (kind === "place") ring(data.places[k].x, data.places[k].y, 7, "cx");
  said.replaceChildren(...(target ? describe[kind](k) : silent));
}

/* Where the thing that is held stands; without one, the middle of the view. */
function centre() {
  if (!holding) return middle();
  const [kind, k] = holding;
  const from = { site: data.sites, place: data.places }[kind];
  return from ? [from[k].x, from[k].y] : [customers.x[k], customers.y[k]];
}

/* Hold a thing; bring it into view if it is not. */
function hold(target) {
  holding = target;
  look(target);
  const [x, y] = centre(), [mx, my] = middle();
  const [half, tall] = [stage.clientWidth * unit * 0.46, stage.clientHeight * unit * 0.46];
  if (Math.abs(x - mx) > half || Math.abs(y - my) > tall) pan((mx - x) / unit, (my - y) / unit);
}
let pointers = new Map(), moved = 0, apart = 0;
svg.addEventListener("pointerdown", (event) => {
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
  moved = 0; apart = 0;
});
svg.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) {
    const target = nearest(...at(event));
    svg.classList.toggle("hit", target !== null);
    if (!holding) look(target);
    return;
  }
  const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
  moved += Math.hypot(dx, dy);
  if (pointers.size === 2) {
    /* Two fingers zoom and move; one finger scrolls the page. */
    const [a, b] = [...pointers.values()], now = Math.hypot(a[0] - b[0], a[1] - b[1]);
    if (apart) zoom(now / apart, ...at({ clientX: (a[0] + b[0]) / 2, clientY: (a[1] + b[1]) / 2 }));
    pan(dx / 2, dy / 2);
    apart = now;
  } else if (moved > 4) {
    if (event.pointerType === "mouse") svg.setPointerCapture(event.pointerId);
    svg.classList.add("dragging");
    pan(dx, dy);
  }
});
for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
  svg.addEventListener(end, (event) => {
    const down = pointers.delete(event.pointerId);
    svg.classList.remove("dragging");
    if (end === "pointerup" && down && moved <= 4) hold(nearest(...at(event)));
    if (end === "pointerleave" && !holding) look(null);
  });
}
for (const one of keys) {
  const k = Number(one.dataset.site);
  one.addEventListener("pointerenter", () => { if (!holding) look(["site", k]); });
  one.addEventListener("pointerleave", () => { if (!holding) look(null); });
  one.addEventListener("click", () => hold(holding && holding.join() === `site,${k}` ? null : ["site", k]));
}

/* Keys: sites from west to east, and the customers of a site by demand. */
const west = data.sites.map((_, k) => k).sort((a, b) => data.sites[a].x - data.sites[b].x);
stage.addEventListener("keydown", (event) => {
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key], down = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const open = west.filter((k) => !off.site[k]);
  const [kind, k] = holding ?? [];
  const base = kind === "customer" ? customers.links[k][0]?.[0] : kind === "site" ? k : null;
  if (sideways && open.length) {
    const here = open.indexOf(base);
    hold(["site", open[here < 0 ? 0 : (here + sideways + open.length) % open.length]]);
  } else if (down && base !== null && base !== undefined) {
    const mine = byDemand[base].filter((i) => !hidden("customer", i));
    const next = (kind === "customer" ? mine.indexOf(k) : -1) + down;
    if (next < mine.length) hold(next < 0 ? ["site", base] : ["customer", mine[next]]);
  } else if (event.key === "+" || event.key === "=") zoom(1.6, ...centre());
  else if (event.key === "-") zoom(1 / 1.6, ...centre());
  else if (event.key === "0") zoom(1e-9, ...centre());
  else if (event.key === "Escape") hold(null);
  else return;
  event.preventDefault();
});

/* Zoom and pan: the view box moves, and --k tells signs how many units a pixel has, so that they keep their size. */
const svg = document.querySelector("svg.map"), stage = document.querySelector(".stage");
const home = svg.viewBox.baseVal, drawn = svg.dataset.drawn.split(" ").map(Number);
const first = { x: home.x, y: home.y, width: home.width, height: home.height };
const view = { ...first };
const NEAREST = 24;
let unit = 1;

function drawView() {
  svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  unit = Math.max(view.width / stage.clientWidth, view.height / stage.clientHeight) || 1;
  svg.style.setProperty("--k", unit);
  declutter();
}

let waiting = false;
function show() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; drawView(); });
}

/* Keep what is seen within what is drawn, unless the frame is larger than that. */
function keepInside() {
  for (const [low, size, from, all] of [["x", "width", drawn[0], drawn[2]], ["y", "height", drawn[1], drawn[3]]]) {
    const most = Math.max(from, from + all - view[size]);
    view[low] = Math.min(Math.max(view[low], Math.min(from, first[low])), Math.max(most, first[low]));
  }
}

function middle() {
  return [view.x + view.width / 2, view.y + view.height / 2];
}

function zoom(times, x, y) {
  const wide = Math.min(first.width, Math.max(first.width / NEAREST, view.width / times));
  const change = wide / view.width;
  view.x = x - (x - view.x) * change;
  view.y = y - (y - view.y) * change;
  view.width = wide;
  view.height = first.height * (wide / first.width);
  if (wide === first.width) Object.assign(view, first);
  keepInside();
  show();
}

function pan(dx, dy) {
  view.x -= dx * unit;
  view.y -= dy * unit;
  keepInside();
  show();
}

/* Where a pointer is, in units. */
function at(event) {
  const frame = svg.getBoundingClientRect();
  return [
    view.x + view.width / 2 + (event.clientX - frame.left - frame.width / 2) * unit,
    view.y + view.height / 2 + (event.clientY - frame.top - frame.height / 2) * unit,
  ];
}

/* Of two names that would overlap, the one with less load goes; it comes back as one zooms in. */
const labels = data.sites.map((site, k) => {
  const pin = svg.querySelector(`.pins [data-site="${k}"] .pin`);
  return { site, pin, group: pin.parentNode, text: pin.querySelector("text"), wide: pin.querySelector("text").getComputedTextLength() };
}).sort((a, b) => b.site.load - a.site.load);
/* Right of the sign, left of it, below, above: anchor, x, y of the text, and the box that it fills. */
const sides = [
  ["start", 14, 5, (w) => [11, -9, 16 + w, 9]], ["end", -14, 5, (w) => [-16 - w, -9, -11, 9]],
  ["middle", 0, 25, (w) => [-w / 2, 11, w / 2, 29]], ["middle", 0, -15, (w) => [-w / 2, -29, w / 2, -11]],
];
function declutter() {
  const seen = labels.filter(({ group }) => !group.classList.contains("off"));
  const taken = seen.map(({ site }) => [site.x / unit - 9, site.y / unit - 9, site.x / unit + 9, site.y / unit + 9]);
  const centre_ = middle()[0] / unit, [left, right] = [centre_ - stage.clientWidth / 2, centre_ + stage.clientWidth / 2];
  for (const { site, pin, text, wide } of seen) {
    const [x, y] = [site.x / unit, site.y / unit];
    const boxes = sides.map(([, , , box]) => box(wide).map((v, k) => v + (k % 2 ? y : x)));
    const free = boxes.findIndex((b) => b[0] > left && b[2] < right && !taken.some((t) => b[0] < t[2] && b[2] > t[0] && b[1] < t[3] && b[3] > t[1]));
    pin.classList.toggle("mute", free < 0);
    if (free < 0) continue;
    taken.push(boxes[free]);
    text.setAttribute("text-anchor", sides[free][0]);
    text.setAttribute("x", sides[free][1]);
    text.setAttribute("y", sides[free][2]);
  }
}

document.querySelector(".zoom").hidden = false;
document.querySelector(".zoom").addEventListener("click", (event) => {
  const way = event.target.dataset.zoom;
  if (way) zoom(way === "in" ? 1.6 : way === "out" ? 1 / 1.6 : 1e-9, ...centre());
});
/* Ctrl with the wheel is also what a pinch on a touchpad sends; the wheel alone scrolls the page. */
svg.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / (event.deltaMode ? 12 : 240)), ...at(event));
}, { passive: false });
svg.addEventListener("dblclick", (event) => zoom(1.8, ...at(event)));
new ResizeObserver(show).observe(stage);

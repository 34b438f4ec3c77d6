/* Filters hide whole paths. A customer stays as long as one of its sites does. */
const form = document.querySelector(".filters");
const wanted = { segment: "", place: "", partner: "" };
const off = { site: data.sites.map(() => false), segment: data.segments.map(() => false), place: data.places.map(() => false) };

function filter() {
  const fits = (place, partners) => (!wanted.place || place === wanted.place) && (!wanted.partner || partners.includes(wanted.partner === "own" ? "" : wanted.partner));
  off.site = data.sites.map((s) => !fits(s.place, [s.partner]));
  off.segment = data.segments.map((s) => wanted.segment !== "" && s !== wanted.segment);
  off.place = data.places.map((p) => !fits(p.place, p.partners));
  for (const one of svg.querySelectorAll("[data-site]")) {
    const { site, segment } = one.dataset;
    const gone = (site !== "" && off.site[site]) || (segment !== undefined && wanted.segment !== "" && segment !== wanted.segment);
    one.classList.toggle("off", gone);
  }
  for (const one of svg.querySelectorAll(".places > g")) {
    one.classList.toggle("off", !fits(one.dataset.place, one.dataset.partners.split("|")));
  }
  hold(null);
  show();
}

form.hidden = false;
form.addEventListener("change", (event) => {
  const { filter: key, layer } = event.target.dataset;
  if (key) { wanted[key] = event.target.value; filter(); }
  if (layer) svg.classList.toggle(`no-${layer}`, !event.target.checked);
});
form.addEventListener("submit", (event) => event.preventDefault());
show();

/* What is said of a thing on the map. Names come from files of others: they go in as text, never as markup. */
const data = JSON.parse(document.getElementById("data").textContent);
const whole = (x) => x.toLocaleString("en", { maximumFractionDigits: 0 });
const digits = (x, n) => x.toLocaleString("en", { minimumFractionDigits: n, maximumFractionDigits: n });

function make(tag, text, ...inside) {
  const element = document.createElement(tag);
  if (text !== null) element.textContent = text;
  element.append(...inside);
  return element;
}

function told(title, rows, after = "") {
  const list = make("dl", null);
  for (const [name, value] of rows) if (value !== "" && value !== null) list.append(make("dt", name), make("dd", value));
  return [make("h3", title), list, ...(after ? [make("p", after)] : [])];
}

const describe = {
  site(k) {
    const s = data.sites[k];
    return told(s.name, [
      ["operator", s.operator], ["country", s.place], ["status", s.status === "candidate" ? "" : s.status],
      ["load", `${digits(s.load, 2)}${s.capacity === null ? "" : ` of ${digits(s.capacity, 1)}`} MW`],
      ["opening", `${whole(s.fixed)} EUR/yr`], ["serving", `${whole(s.service)} EUR/yr`], ["customers", whole(s.customers)],
      ["mean latency", s.mean === null ? "" : `${digits(s.mean, 1)} ms`], ["worst latency", s.worst === null ? "" : `${digits(s.worst, 1)} ms`],
    ]);
  },
  customer(k) {
    const c = data.customers;
    const links = c.links[k].map(([site, share, ms]) => [
      data.sites[site].name + (share < 0.9995 ? `, ${digits(100 * share, 0)} %` : ""), ms === null ? "served" : `${digits(ms, 1)} ms`,
    ]);
    return told(c.name[k], [
      ["customer", c.country[k]], ["segment", data.segments[c.segment[k]]], ["data bound to", c.residency[k]],
      ["demand", `${digits(c.demand[k], 3)} MW`], ...links,
    ]);
  },
  place(k) {
    const p = data.places[k];
    const rows = p.options.map(([operator, status, capacity, fixed]) => [
      operator + (status === "candidate" ? "" : `, ${status}`), `${capacity === null ? "" : `${digits(capacity, 0)} MW, `}${whole(fixed)} EUR/yr`,
    ]);
    return told(p.name, [["country", p.place], ...rows], p.forbidden ? "Forbidden here." : "Considered, not chosen.");
  },
};

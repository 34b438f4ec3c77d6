"""The case.toml of each bundled case."""

from string import Template

from sitewright.instances.cases.make.assumptions import NUMBERS, Number

TITLES = {
    "europe-2015": "A Chinese cloud provider chooses its first European sites, 2015",
    "southeast-asia-2015": "A Chinese cloud provider chooses its South-East Asian sites, 2015",
    "expansion-2015": "A Chinese cloud provider expands from China, Silicon Valley and Dubai, 2015",
}
STORY = (
    "Serve Chinese companies abroad first and foreign ones later, growing 45-80 % a year; weigh latency, data privacy, "
    "law, grid and natural hazard, network, cooling and a local partner. Limits below are assumed."
)
ATTRIBUTION = (
    "UN WUP 2018 (CC BY 3.0 IGO); GeoNames (CC BY 4.0); CIA World Factbook 2015; USGS/NCEI; ITU-R P.1510; World Bank "
    "WGI and Doing Business 2015 (CC BY 4.0); INFORM, JRC (CC BY 4.0); Eurostat nrg_pc_205 (CC BY 4.0); "
    "Our World in Data and Ember, by way of codecarbon (CC BY 4.0)"
)
RULES = {
    "europe-2015": """
[[rules]]
type = "latency_limit"
at_most_ms = $limit_ms_europe

[[rules]]
type = "latency_share"
within_ms = $limit_within_ms
at_least = $limit_share
customers = { segments = ["china-linked"] }

[[rules]]
type = "site_count"
at_most = $limit_sites

[[rules]]
type = "budget"
at_most = $limit_budget

[[rules]]
type = "jurisdiction_quota"
at_most = $limit_jurisdiction

[[rules]]
type = "partner_count"
at_most = $limit_partners
""",
    "southeast-asia-2015": """
[[rules]]
type = "latency_limit"
at_most_ms = $limit_ms_asia

[[rules]]
type = "mean_latency"
at_most_ms = $limit_mean_ms
customers = { segments = ["china-linked"] }

[[rules]]
type = "site_count"
at_most = $limit_sites

[[rules]]
type = "budget"
at_most = $limit_budget

[[rules]]
type = "jurisdiction_quota"
at_most = $limit_jurisdiction

[[rules]]
type = "partner_count"
at_most = $limit_partners
""",
    "expansion-2015": """
[[rules]]
type = "latency_limit"
at_most_ms = $limit_ms_asia

[[rules]]
type = "site_count"
at_least = $limit_presence
at_most = $limit_sites
within = { regions = ["europe"] }

[[rules]]
type = "site_count"
at_least = $limit_presence
at_most = $limit_sites
within = { regions = ["seasia"] }

[[rules]]
type = "budget"
at_most = $limit_budget_both

[[rules]]
type = "partner_count"
at_most = $limit_partners_both
""",
}
COLUMNS = """
[columns.customers]
demand_mw = { evidence = "modelled", source = "assumed total, split by internet users and wealth of the metro" }
residency = { evidence = "assumed", source = "personal data of EU and EEA users; strict localisation laws of 2015" }

[columns.sites]
regime = { evidence = "measured", source = "EU and EEA membership and adequacy decisions in force in 2015" }
capacity_mw = { evidence = "assumed", source = "sizes of standard offers, see [assumptions]" }
fixed_cost_eur_yr = { evidence = "assumed", source = "size x cost per MW, hazard and outage surcharges" }
pue = { evidence = "modelled", source = "share of days at or below 18 C (ITU-R P.1510) through an assumed line" }
energy_eur_kwh = { evidence = "measured", source = "Eurostat IC 2015 without tax, else Doing Business 2015 commercial" }
network_eur_mw_yr = { evidence = "assumed", source = "transit price by the number of fibre corridors of the metro" }
free_cooling_share = { evidence = "modelled", source = "monthly mean temperatures, ITU-R P.1510" }
hazard = { evidence = "measured", source = "INFORM 2016 natural hazard, 0 to 10" }
grid = { evidence = "assumed", source = "ENTSO-E synchronous areas of 2015; else national or island grids" }
saidi_h = { evidence = "measured", source = "Doing Business 2015, hours without power a year" }
carbon_g_kwh = { evidence = "modelled", source = "Our World in Data and Ember: the grid in year_of_carbon, not 2015" }
hub_degree = { evidence = "modelled", source = "fibre corridors of the nearest hub in the bundled network" }

[columns.partners]
fee_eur_yr = { evidence = "assumed", source = "generic types of partner; no real company's terms" }
site_fee_eur_yr = { evidence = "assumed", source = "as the fee" }
max_sites = { evidence = "assumed", source = "as the fee" }
commitment_mw = { evidence = "assumed", source = "as the fee" }
exclusive_in = { evidence = "assumed", source = "a carrier asks for the country with the most general demand" }
"""
ELSEWHERE = ("haul_price", "model_error_ms", "penalty_china", "penalty_general", "free_china", "free_general")


def case_toml(name: str, shares: dict[str, float], residency: dict[str, list[str]]) -> str:
    """Return the text of a case.toml. `shares` says which part of the raw demand the listed customers stand for."""
    lines = [
        "# Every number: value, unit, evidence (measured, modelled, assumed, unknown) and source.",
        "[case]",
        "schema = 1",
        f'name = "{name}"',
        f'title = "{TITLES[name]}"',
        "year = 2015",
        'currency = "EUR"',
        f'story = "{STORY}"',
        f'attribution = "{ATTRIBUTION}"',
        "",
        "# Smaller metros are not listed; their demand is spread over those listed. Share listed, by weight:",
        *(f"# {label}: {share:.3f}" for label, share in shares.items()),
        "",
        "[model]",
        'latency = "fibre"',
        f"haul_price = {_number(NUMBERS['haul_price'])}",
        f"model_error = {_number(NUMBERS['model_error_ms'])}",
    ]
    for segment, word in (("china-linked", "china"), ("general", "general")):
        rate, free = NUMBERS[f"penalty_{word}"], NUMBERS[f"free_{word}"]
        head = ["", f"[segments.{segment}]"]
        lines += [*head, f"penalty_rate = {_number(rate)}", f"penalty_free = {_number(free)}"]
    lines += [COLUMNS.rstrip(), "", "[assumptions]"]
    lines += [f"{key} = {_number(number)}" for key, number in NUMBERS.items() if not _elsewhere(key)]
    if residency:
        allowed = ", ".join(f'"{k}" = {_list(v)}' for k, v in sorted(residency.items()))
        lines += ["", "[[rules]]", 'type = "residency"', f"allowed = {{ {allowed} }}"]
    rules = Template(RULES[name]).substitute({key: _number(number) for key, number in NUMBERS.items()})
    return "\n".join(lines) + "\n" + rules


def _elsewhere(key: str) -> bool:
    """Whether the number stands in another table of the file: in the model's, a segment's or a rule's."""
    return key in ELSEWHERE or key.startswith("limit_")


def _number(number: Number) -> str:
    head = f'value = {number.value}, unit = "{number.unit}", evidence = "{number.evidence}"'
    return f'{{ {head}, source = "{number.source}" }}'


def _list(words: list[str]) -> str:
    return "[" + ", ".join(f'"{w}"' for w in words) + "]"

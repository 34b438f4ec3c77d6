"""The power grid that a metro hung on in 2015: synchronous areas in Europe, national or island grids elsewhere."""

# Synchronous areas, ENTSO-E.
_AREAS = {
    "continental-europe": "AUT BEL BGR CHE CZE DEU ESP FRA GRC HRV HUN ITA LUX NLD POL PRT ROU SVK SVN",
    "nordic": "FIN NOR SWE",
    "great-britain": "GBR",
    "ireland": "IRL",
    "iceland": "ISL",
    "cyprus": "CYP",
    # The Baltic states left it in 2025.
    "ips-ups": "EST LTU LVA",
    "western-interconnection": "USA",
}
_BY_COUNTRY = {country: area for area, countries in _AREAS.items() for country in countries.split()}
# Countries with more than one grid.
_BY_METRO = {
    "kbenhavn-dnk": "nordic",
    "aarhus-dnk": "continental-europe",
    "beijing-chn": "north-china",
    "qingdao-chn": "north-china",
    "hangzhou-chn": "east-china",
    "shenzhen-chn": "south-china",
    "batam-idn": "batam-bintan",
    "jambi-idn": "sumatra",
    "palembang-idn": "sumatra",
    "pekan-baru-idn": "sumatra",
    "kota-kinabalu-mys": "sabah",
    "kuching-mys": "sarawak",
    "cebu-city-phl": "visayas",
}
_ELSEWHERE = {"IDN": "java-bali", "MYS": "peninsular-malaysia", "PHL": "luzon"}


def grid(metro: str, country: str) -> str:
    """Return the grid of a metro, by its id and its country's ISO code."""
    known = _BY_METRO.get(metro) or _BY_COUNTRY.get(country) or _ELSEWHERE.get(country)
    return known or f"national-{country.lower()}"

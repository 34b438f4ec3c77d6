"""How long imports take in a new process: what a service pays at every start."""


def timeraw_import():
    return "import sitewright"


def timeraw_every_public_name():
    return "import sitewright; [getattr(sitewright, name) for name in sitewright.__all__]"

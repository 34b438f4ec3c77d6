"""`sitewright instances`: list what can be solved: bundled cases and formats of instance files."""


def instances() -> int:
    """List the bundled cases and the instance formats."""
    from sitewright.instances.cases import bundled
    from sitewright.instances.formats import FORMATS

    print("bundled cases:")
    for name, title in bundled().items():
        print(f"  {name:<22} {title}")
    print("instance formats:")
    for reader in FORMATS:
        print(f"  {reader.NAME:<22} {reader.DESCRIPTION}")
    return 0

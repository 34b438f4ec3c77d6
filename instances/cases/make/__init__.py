"""Makes the bundled cases from the raw data: ``python -m sitewright.instances.cases.make DATA_FOLDER``."""

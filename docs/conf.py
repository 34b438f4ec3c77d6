"""Sphinx configuration."""

from importlib.metadata import version as installed

project = "sitewright"
author = "The sitewright developers"
copyright = author
release = installed("sitewright")
version = release

extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "pydata_sphinx_theme"
html_title = "sitewright"
html_theme_options = {"show_toc_level": 2, "navbar_end": ["theme-switcher"]}

"""Sphinx configuration."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "sitewright"
author = "The sitewright developers"
copyright = author
release = installed("sitewright")
version = release

extensions = ["options", "myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "jupyter_execute"]

# Notebooks are run anew at each build; an error in one ends it.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_ivar = True
# Annotations such as numpy.str_ would read as links to nowhere.
napoleon_attr_annotations = False

html_theme = "pydata_sphinx_theme"
html_title = "sitewright"
html_theme_options = {"show_toc_level": 2, "navbar_end": ["theme-switcher"]}

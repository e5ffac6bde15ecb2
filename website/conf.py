"""How does Sphinx make the website? build.py lays the pages before it.

Sphinx with MyST, because Python's own documentation and most of its libraries' stand on Sphinx, and
will for long. Furo, because it is light and dark, fits a phone, and asks nothing of other machines;
one person keeps it, so nothing but this file and style.css knows it. The pages are plain Markdown:
another generator needs another build.py and no other page.
"""

from __future__ import annotations

project = "nemochat"
extensions = ["myst_parser"]
myst_heading_anchors = 3
nitpicky = True
html_theme = "furo"
html_title = "nemochat"
html_static_path = ["style.css"]
html_css_files = ["style.css"]
html_extra_path = ["drawn"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"

"""Colours: themes, what the terminal can show, and its background."""

"""Colours: themes, what the terminal supports, and its background."""

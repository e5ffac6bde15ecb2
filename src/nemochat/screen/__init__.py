"""Views of a turn: model text sanitized, laid out and painted."""

"""Views of a turn: text from the model is sanitized, laid out and painted."""

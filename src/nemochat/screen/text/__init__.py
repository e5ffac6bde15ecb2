"""Plain text for a terminal: sanitized, measured and wrapped, in styled spans."""

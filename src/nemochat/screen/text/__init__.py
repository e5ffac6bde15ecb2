"""Plain text for a terminal: sanitized, measured, wrapped, in styled spans."""

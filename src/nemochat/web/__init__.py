"""Pages of the web, fetched within bounds and turned into text."""

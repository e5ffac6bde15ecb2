"""Web pages: fetched with limits and converted to text."""

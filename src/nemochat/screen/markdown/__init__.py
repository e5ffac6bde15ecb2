"""Streamed Markdown, laid out in rows that are final as soon as nothing can change them."""

"""Streamed Markdown, laid out in rows that are final as soon as no further text can change them."""

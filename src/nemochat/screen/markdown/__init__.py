"""Streamed Markdown into rows of styled text, each final as soon as nothing can change it."""

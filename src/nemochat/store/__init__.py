"""What is kept: conversations in one SQLite database."""

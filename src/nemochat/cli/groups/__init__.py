"""One module per group of shell commands."""

"""Command line: flags in, exit codes out."""

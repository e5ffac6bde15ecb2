"""Properties that hold for any input, tried with random ones: `python -m tests.fuzz`."""

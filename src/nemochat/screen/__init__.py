"""What is shown: model text made harmless, laid out and painted."""

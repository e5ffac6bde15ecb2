"""A chat and its turns, and the ports through which it reaches an endpoint, a store and a view."""

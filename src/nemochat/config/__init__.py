"""Settings, endpoints, profiles and tokens, and the files and folders that hold them."""

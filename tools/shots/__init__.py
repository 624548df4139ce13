"""What `make screenshots` looks at: every page and state, and how each of them comes about."""

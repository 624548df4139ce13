"""The project's own tools: browser finder, service starter, secret scan, demo starter, screenshots."""

"""The app that a command works on."""

from flask import Flask, current_app


def real_app() -> Flask:
    """The application itself, and not the proxy for it that ends with the command."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 -- Flask's documented way to the real app
    return app

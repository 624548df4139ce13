"""Before each request the site file is looked at, so that what was saved a moment ago is what the next page shows."""

from flask import Flask, current_app, request

from app.wiring import Works

SPARED = "webhooks."
"""A delivery shows no text of the owner's; what it causes is written by a worker, who looks for itself."""


def init_app(app: Flask) -> None:
    """Keeps `extensions["site"]` what the file says now."""
    works: Works = app.extensions["works"]
    works.when_renewed.append(lambda site: app.extensions.update(site=site))
    app.before_request(_look)


def _look() -> None:
    if not (request.endpoint or "").startswith(SPARED):
        current_app.extensions["works"].look_at_site()

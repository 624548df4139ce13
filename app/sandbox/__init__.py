"""A simulated Cal.com: booking pages, the embed, the API v2, signed webhooks and a control page, without an account.

It exists so that a newcomer, the tests and the benchmarks book, move and cancel through the same
doors as with the real one. It keeps everything in memory and forgets it when it stops.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from app import clock
from app.sandbox.api import API
from app.sandbox.booker_actions import actions
from app.sandbox.booker_pages import pages
from app.sandbox.control import control
from app.sandbox.control_api import control_api
from app.sandbox.control_bulk import control_bulk
from app.sandbox.control_catalogue import control_catalogue
from app.sandbox.desk import EXTENSION, open_desk
from app.sandbox.embed_script import script
from app.sandbox.policy import guard


def create_sandbox(*, site_url: str, webhook_secret: str, own_url: str, now: Callable[[], datetime] = clock.now) -> Flask:
    """The simulation as a web application that tells its bookings to `<site_url>/webhooks/calcom`."""
    app = Flask(__name__, static_url_path="/static")
    app.config.update(MAX_CONTENT_LENGTH=256 * 1024, SEND_FILE_MAX_AGE_DEFAULT=0)
    app.extensions[EXTENSION] = open_desk(site_url=site_url, webhook_secret=webhook_secret, own_url=own_url, now=now)
    for part in (API, script, control_api, control_bulk, control_catalogue, control, actions, pages):
        app.register_blueprint(part)
    guard(app)
    return app

"""The application for the `flask` command and for any WSGI server.

The `flask` command may load it with nothing set (to migrate, to run the demo); a server may not.

What is there once the app stands stays for good: 200,000 objects that the collector need look through neither while they
come nor ever again. Without this a start takes a tenth longer, and every few hundredth page waits 0.1 to 0.2 seconds for
the collector, all other threads with it.
"""

import gc
import sys

gc.disable()  # before anything else is loaded

import click

from app import create_app
from app.config import Settings, SettingsError
from app.site import SiteFileError

try:
    settings = Settings.load()
    if click.get_current_context(silent=True) is None:
        settings.require_for_serving()
    app = create_app(settings)
    gc.freeze()
    gc.enable()
except (SettingsError, SiteFileError) as error:
    print(f"Frontdesk cannot start.\n{error}", file=sys.stderr)
    sys.exit(2)

"""The application for the `flask` command and for any WSGI server.

The `flask` command may load it with nothing set (to migrate, to run the demo); a server may not.
"""

import sys

import click

from app import create_app
from app.config import Settings, SettingsError
from app.site import SiteFileError

try:
    settings = Settings.load()
    if click.get_current_context(silent=True) is None:
        settings.require_for_serving()
    app = create_app(settings)
except (SettingsError, SiteFileError) as error:
    print(f"Frontdesk cannot start.\n{error}", file=sys.stderr)
    sys.exit(2)

"""`flask sandbox`: the simulated Cal.com on its own."""

import click
from flask import current_app

from app.cli import printing
from app.config import Settings
from app.sandbox import create_sandbox
from app.sandbox.server import run


@click.command("sandbox")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=int)
@click.option("--site-url", help="Where deliveries go; by default SITE_URL.")
@click.option("--end-with-parent", is_flag=True, hidden=True)
def command(host: str, port: int, site_url: str | None, *, end_with_parent: bool) -> None:
    """Starts the simulated Cal.com: booking pages, embed script, signed webhooks to the site."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.CALCOM_WEBHOOK_SECRET:
        printing.stop("CALCOM_WEBHOOK_SECRET is missing: set it to the secret that the site knows, so that deliveries can be signed.")
    own_url = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}"  # noqa: S104 -- compared, not bound
    sandbox = create_sandbox(site_url=site_url or settings.SITE_URL, webhook_secret=settings.CALCOM_WEBHOOK_SECRET[0], own_url=own_url)
    if not end_with_parent:
        click.echo(f"Simulated Cal.com: {own_url}/demo   control page: {own_url}/control")
    try:
        run(sandbox, host, port, end_with_parent=end_with_parent)
    except OSError as error:
        printing.stop(f"Port {port} cannot be used ({error.strerror}): choose another one with --port.")

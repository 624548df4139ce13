"""How the receiver is doing, for monitors and for the person who sets up the webhook; nothing secret."""

from flask import Response, current_app, jsonify

from app import clock
from app.calcom.secrets import WebhookSecrets
from app.config import Settings
from app.inbox import queries, silence
from app.web.webhooks.blueprint import blueprint


@blueprint.get("/webhooks/calcom", strict_slashes=False)
@blueprint.get("/webhooks/calcom/<name>", strict_slashes=False)
def health(name: str = "") -> tuple[Response, int]:
    """Whether a secret is set, when the last valid delivery came, how many wait, and whether it has been silent for too long.

    404 for a subscription that nobody has set up: a typing mistake in the address must not look like a receiver.
    """
    settings: Settings = current_app.extensions["settings"]
    secrets: WebhookSecrets = current_app.extensions["webhook_secrets"]
    if name and not secrets.of(name.lower()):
        return jsonify(status="not found", message="No subscription has this name: its secret is set as CALCOM_WEBHOOK_SECRET_<NAME>."), 404
    last = queries.last_received_at()
    silent = silence.too_long(last, hours=settings.INBOX_SILENCE_HOURS, now=clock.now())
    set_up = bool(secrets.of(name.lower()))
    return jsonify(
        status="no secret is set" if not set_up else "silent" if silent else "ready",
        accepts="POST",
        secrets_set={subscription or "main": len(secrets.of(subscription)) for subscription in secrets.names()},
        last_valid_delivery=last.isoformat().replace("+00:00", "Z") if last else None,
        waiting=queries.backlog(),
        dead=queries.stuck(),
        silent=silent,
    ), 200

"""The receiver of Cal.com's webhooks, and the older addresses that sites may still have set at Cal.com."""

from app.web.webhooks.blueprint import blueprint
from app.web.webhooks.calcom import deliver
from app.web.webhooks.health import health

__all__ = ["ALIASES", "blueprint", "deliver", "health"]

ALIASES = (
    "/api/webhooks/calcom",
    "/api/webhooks/cal",
    "/api/calcom-webhook",
    "/webhooks/cal/booking.created",
    "/webhooks/cal/booking.updated",
)
"""For sites that migrate: the same checks, the same inbox."""

for _path in ALIASES:
    blueprint.add_url_rule(_path, view_func=deliver, methods=["POST"], strict_slashes=False)
    blueprint.add_url_rule(_path, view_func=health, methods=["GET"], strict_slashes=False)

"""The receiver of Cal.com's webhooks, and the older addresses that sites may still have set at Cal.com."""

from app.inbox.addresses import ALIASES
from app.web.webhooks.blueprint import blueprint
from app.web.webhooks.calcom import deliver
from app.web.webhooks.health import health
from app.web.webhooks.short_way import ShortWay

__all__ = ["ALIASES", "ShortWay", "blueprint", "deliver", "health"]

for _path in ALIASES:
    blueprint.add_url_rule(_path, view_func=deliver, methods=["POST"], strict_slashes=False)
    blueprint.add_url_rule(_path, view_func=health, methods=["GET"], strict_slashes=False)

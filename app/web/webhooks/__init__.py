"""The receiver of Cal.com's webhooks."""

from app.web.webhooks.blueprint import blueprint
from app.web.webhooks.calcom import deliver, health

__all__ = ["blueprint", "deliver", "health"]

"""The public pages: what anybody may see, and what a booking's visitor may see."""

from typing import Any

from flask import Blueprint, current_app

from app.bookings.notices import MailPolicy
from app.config import Settings
from app.reception.availability import Desk
from app.site import Site

blueprint = Blueprint("public", __name__, template_folder="templates")


def settings() -> Settings:
    """The settings of the app that answers."""
    found: Settings = current_app.extensions["settings"]
    return found


def site() -> Site:
    """The owner's texts."""
    found: Site = current_app.extensions["site"]
    return found


def desk() -> Desk:
    """Who answers questions about free times."""
    found: Desk = current_app.extensions["works"].desk
    return found


def policy() -> MailPolicy:
    """What the owner wants written to whom."""
    found: MailPolicy = current_app.extensions["works"].policy
    return found


@blueprint.app_context_processor
def _canonical() -> dict[str, Any]:
    return {"site_url": settings().SITE_URL}

"""What the pages of the configuration share: the desk, and what goes wrong in words."""

import hashlib
import json

from flask import current_app, request

from app.calcom.errors import CalcomError, NotConfigured
from app.config_as_code import show
from app.config_as_code.complaints import ConfigError
from app.config_as_code.desk import Busy, ConfigDesk, desk_of
from app.config_as_code.plan import Plan

FAULTS = (ConfigError, CalcomError, Busy)
BUSY = "Somebody else is changing the account or the file at this moment. Nothing was done; try again in a minute."


def desk() -> ConfigDesk:
    """The desk. Raises `NotConfigured` without a key."""
    works = current_app.extensions["works"]
    found = desk_of(works.settings, works.calcom, current_app.extensions["webhook_secrets"])
    if found is None:
        raise NotConfigured("CALCOM_API_KEY is not set: the account cannot be read or changed from here.")
    return found


def said(error: Exception) -> str:
    """A fault for the person who waits."""
    return BUSY if isinstance(error, Busy) else str(error)


def digest(plan: Plan) -> str:
    """A plan as a short word: what is applied must be what was shown."""
    return hashlib.sha256(json.dumps(show.as_json(plan), sort_keys=True).encode()).hexdigest()[:32]


def was_shown(plan: Plan) -> bool:
    """Whether the form comes from a page that showed exactly this plan."""
    return request.form.get("seen") == digest(plan)

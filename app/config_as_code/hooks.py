"""Webhooks, wherever they are: of the account, of an event type, of an organisation. Read, made, changed, deleted.

The natural key is the address. Of an account Cal.com takes each address once; an event type may have one several times.
"""

from collections import Counter
from typing import Any

from app.calcom.account import Home
from app.calcom.client import Client
from app.config_as_code import normal
from app.config_as_code.found import Found
from app.config_as_code.kinds import Fields, Kind
from app.config_as_code.surroundings import Surroundings

NAMES = {"subscriberUrl": "url", "triggers": "triggers", "active": "active", "payloadTemplate": "template", "version": "version"}


def found(client: Client, around: Surroundings, home: Home, above: str) -> list[Found]:
    """Subscriptions, with the name of the setting that holds their secret."""
    rows = client.webhooks.all(home)
    same = Counter(row.url for row in rows)
    return [
        Found(
            Kind.WEBHOOK,
            row.url,
            normal.fields(
                {
                    "subscriberUrl": row.url, "triggers": list(row.triggers), "active": row.active, "payloadTemplate": row.template,
                    "version": row.version, "secret": around.name_of(row.secret),
                }
            ),
            row.id,
            home,
            above,
            ambiguous=same[row.url] > 1,
        )
        for row in rows
    ]  # fmt: skip


def create(client: Client, around: Surroundings, home: Home, fields: Fields) -> None:
    """A further subscription."""
    client.webhooks.create(home=home, **{"secret": "", **_words(around, fields)})


def update(client: Client, around: Surroundings, home: Home, number: str, fields: Fields) -> None:
    """Other properties of a subscription."""
    client.webhooks.update(number, home=home, **_words(around, fields))


def _words(around: Surroundings, fields: Fields) -> dict[str, Any]:
    said = {own: fields[name] for name, own in NAMES.items() if fields.get(name) is not None}
    if fields.get("secret"):
        said["secret"] = around.secret(fields["secret"])
    return said

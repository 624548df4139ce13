"""What all pages of the simulation share: the engine, the courier, the dials and two addresses."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import current_app

from app.sandbox import payloads
from app.sandbox.deliveries import Courier
from app.sandbox.dials import Dials
from app.sandbox.engine import Engine
from app.sandbox.state import Happening

EXTENSION = "sandbox"


@dataclass(kw_only=True)
class Desk:
    """One running simulation."""

    engine: Engine
    courier: Courier
    site_url: str
    own_url: str
    dials: Dials = field(default_factory=Dials)
    form_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    notices: list[tuple[str, str]] = field(default_factory=list)
    _turning: threading.Lock = field(default_factory=threading.Lock)

    def turn(self, wanted: dict[str, object]) -> Dials:
        """Set some dials; those not named keep their value."""
        with self._turning:
            self.dials = self.dials.turned(wanted)
            self.courier.dials = self.dials.deliveries
            return self.dials

    def reset(self) -> None:
        """Begin again: no bookings, no deliveries, no faults."""
        self.courier.forget()
        self.engine.reset()
        with self._turning:
            self.dials = Dials()
            self.courier.dials = self.dials.deliveries


def open_desk(*, site_url: str, webhook_secret: str, own_url: str, now: Callable[[], datetime]) -> Desk:
    """A simulation whose every happening goes to the site as a signed webhook."""
    courier = Courier(address=f"{site_url.rstrip('/')}/webhooks/calcom", secret=webhook_secret, now=now)

    def announce(happening: Happening) -> None:
        courier.send(
            trigger=happening.trigger.value,
            uid=happening.booking.uid,
            body=payloads.body(happening, booker_url=own_url),
        )

    return Desk(
        engine=Engine(announce=announce, now=now),
        courier=courier,
        site_url=site_url.rstrip("/"),
        own_url=own_url.rstrip("/"),
    )


def desk() -> Desk:
    """The simulation that the current request belongs to."""
    return cast(Desk, current_app.extensions[EXTENSION])

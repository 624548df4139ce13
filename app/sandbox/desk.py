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
from app.sandbox.fault_queue import FaultQueue
from app.sandbox.key_ring import KeyRing
from app.sandbox.limits import Limiter
from app.sandbox.links import PrivateLinks
from app.sandbox.listing import Lists
from app.sandbox.managed import ManagedPeople
from app.sandbox.state import Happening
from app.sandbox.subscriptions import TRIGGERS, Subscription, Subscriptions
from app.sandbox.tally import Tally
from app.sandbox.teams import Teams

EXTENSION = "sandbox"


@dataclass(kw_only=True)
class Desk:
    """One running simulation."""

    engine: Engine
    courier: Courier
    site_url: str
    own_url: str
    webhook_secret: str
    subscriptions: Subscriptions
    keys: KeyRing = field(default_factory=KeyRing)
    limiter: Limiter = field(default_factory=Limiter)
    lists: Lists = field(default_factory=Lists)
    managed: ManagedPeople = field(default_factory=ManagedPeople)
    links: PrivateLinks = field(default_factory=PrivateLinks)
    teams: Teams = field(default_factory=Teams)
    tally: Tally = field(default_factory=Tally)
    faults: FaultQueue = field(default_factory=FaultQueue)
    dials: Dials = field(default_factory=Dials)
    form_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    notices: list[tuple[str, str]] = field(default_factory=list)
    _turning: threading.Lock = field(default_factory=threading.Lock)

    def turn(self, wanted: dict[str, object]) -> Dials:
        """Set some dials; those not named keep their value."""
        with self._turning:
            self.dials = self.dials.turned(wanted)
            self.courier.dials = self.dials.deliveries
            if "api_next" in wanted:
                self.faults.fill(self.dials.api.api_next)
            return self.dials

    def subscribe_site(self) -> None:
        """The site's own webhook, as its owner would have made it at Cal.com, for every host."""
        for host in self.engine.catalogue.hosts:
            site = Subscription(id="", owner_id=host.id, address=self.courier.address, triggers=TRIGGERS, secret=self.webhook_secret)
            self.subscriptions.add(site)

    def reset(self) -> None:
        """Begin again: no bookings, no deliveries, no faults."""
        self.courier.forget()
        self.engine.reset()
        self.managed.forget()
        self.limiter.forget()
        self.tally.forget()
        self.faults.fill("")
        self.subscriptions.clear()
        self.teams.clear()
        self.links.clear()
        self.subscribe_site()
        with self._turning:
            self.dials = Dials()
            self.courier.dials = self.dials.deliveries


def open_desk(*, site_url: str, webhook_secret: str, own_url: str, now: Callable[[], datetime]) -> Desk:
    """A simulation whose every happening goes to the site as a signed webhook."""
    courier = Courier(address=f"{site_url.rstrip('/')}/webhooks/calcom", secret=webhook_secret, now=now)
    subscriptions = Subscriptions()

    def announce(happening: Happening) -> None:
        kind, trigger = happening.booking.event_type, happening.trigger.value
        body = payloads.body(happening, booker_url=own_url)
        for one in subscriptions.told_of(trigger, host=kind.host, event_type_id=kind.id):
            courier.send(trigger=trigger, uid=happening.booking.uid, body=body, address=one.address, secret=one.secret)

    opened = Desk(
        engine=Engine(announce=announce, now=now),
        courier=courier,
        site_url=site_url.rstrip("/"),
        own_url=own_url.rstrip("/"),
        webhook_secret=webhook_secret,
        subscriptions=subscriptions,
    )
    opened.subscribe_site()
    return opened


def desk() -> Desk:
    """The simulation that the current request belongs to."""
    return cast(Desk, current_app.extensions[EXTENSION])

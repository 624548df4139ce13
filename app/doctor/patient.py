"""The site that is examined: its settings, its connections, and what several checks want to know of Cal.com.

What Cal.com answers is asked for once in an examination, however many checks look at it: the key has a limit.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.calcom.account import Me, Webhook
from app.calcom.client import Client
from app.calcom.errors import NotConfigured
from app.calcom.types import EventType
from app.config import SECRETS, Settings
from app.mail.smtp import App

NO_KEY = "There is no CALCOM_API_KEY."
SHORTEST = 8
"""What is shorter is no secret, and hiding it would make sentences unreadable."""


@dataclass
class Patient:
    """Everything a check may look at. Checks run in threads of their own; `within` opens what reading the database needs."""

    settings: Settings
    webhook_secrets: Mapping[str, list[str]]
    """Subscription (empty: the main one) → its secrets, newest first."""
    client: Client | None
    flask: App
    within: Callable[[], AbstractContextManager[Any]]
    _asking: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def calcom(self) -> Client:
        """The client. Raises `NotConfigured`."""
        if self.client is None:
            raise NotConfigured(NO_KEY)
        return self.client

    def me(self) -> Me:
        """Whose key it is; raises what the client raises."""
        with self._asking:
            return self._me

    def webhooks(self) -> tuple[Webhook, ...]:
        """The webhooks of the account; raises what the client raises."""
        with self._asking:
            return self._webhooks

    def event_types(self) -> tuple[EventType, ...]:
        """The event types of the account; raises what the client raises."""
        with self._asking:
            return self._event_types

    @property
    def receivers(self) -> dict[str, str]:
        """Public address of each receiver → the subscription that it serves."""
        root = f"{self.settings.SITE_URL}/webhooks/calcom"
        return {f"{root}/{name}" if name else root: name for name in self.webhook_secrets}

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """What no sentence may contain."""
        values = [getattr(self.settings, name) for name in SECRETS]
        flat = [each for value in (*values, *self.webhook_secrets.values()) for each in ([value] if isinstance(value, str) else value)]
        return tuple(sorted({each for each in flat if len(each) >= SHORTEST}, key=len, reverse=True))

    @cached_property
    def _me(self) -> Me:
        return self.calcom.people.me()

    @cached_property
    def _webhooks(self) -> tuple[Webhook, ...]:
        return self.calcom.webhooks.all()

    @cached_property
    def _event_types(self) -> tuple[EventType, ...]:
        return self.calcom.event_types.mine()

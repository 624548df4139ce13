"""Cal.com's API v2 for the rest of the program: one client per process, one resource per noun.

All values are frozen dataclasses (`types.py`), all failures say whose turn it is (`errors.py`). No transaction may be open
while a call is made. What people wait for goes through `works.calcom` as it is; work in the background takes
`works.calcom.unhurried()`, which gives way to people and waits out the limits.
"""

from collections.abc import Callable

from app.calcom.bookings import Bookings
from app.calcom.calendars import Calendars
from app.calcom.calling import Caller, Pace
from app.calcom.event_types import EventTypes
from app.calcom.key import ApiKey, KeyedWire, Keys
from app.calcom.managed_users import PURPOSE, ManagedUsers
from app.calcom.pace import SharedPace, Store
from app.calcom.people import People
from app.calcom.private_links import PrivateLinks
from app.calcom.schedules import Schedules
from app.calcom.secret_changes import Changes, Unchanged
from app.calcom.slots import Slots
from app.calcom.teams import Teams
from app.calcom.transport import Wire
from app.calcom.webhooks import Webhooks
from app.config import Settings
from app.sealing import Seal


class Client:
    """Everything that can be asked of Cal.com with one key."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.bookings = Bookings(caller)
        self.slots = Slots(caller)
        self.event_types = EventTypes(caller)
        self.schedules = Schedules(caller)
        self.webhooks = Webhooks(caller)
        self.people = People(caller)
        self.teams = Teams(caller)
        self.private_links = PrivateLinks(caller)
        self.calendars = Calendars(caller)
        self.keys = Keys(caller)

    def unhurried(self, should_stop: Callable[[], bool] = lambda: False) -> "Client":
        """The same client for work in the background: it gives way to people, repeats more patiently and waits out a block."""
        return Client(self._caller.unhurried(should_stop))


def managed_users_of(settings: Settings, *, store: Store) -> ManagedUsers:
    """Tokens of managed users; without client id and secret each asking raises `NotConfigured`."""
    seal = Seal(settings.sealing_keys, purpose=PURPOSE)
    client, secret = settings.CALCOM_CLIENT_ID, settings.CALCOM_CLIENT_SECRET
    if not client or not secret:
        return ManagedUsers(None, seal, client_id="")
    wire = Wire(settings.CALCOM_API_URL, "", headers={"x-cal-client-id": client, "x-cal-secret-key": secret}, only_asks=settings.only_asks)
    return ManagedUsers(Caller(wire, SharedPace(store, secret)), seal, client_id=client)


def client_of(settings: Settings, *, pace: Pace, changes: Changes | Unchanged | None = None) -> Client | None:
    """The client for the key of the settings, or for the one that took its place since; None without a key."""
    if not settings.CALCOM_API_KEY:
        return None
    key = ApiKey(settings.CALCOM_API_KEY, changes or Unchanged())
    return Client(Caller(KeyedWire(settings.CALCOM_API_URL, key, only_asks=settings.only_asks), pace))

"""The API key: which one counts now, and how Cal.com is asked for a new one.

Cal.com gives out the new key once and deletes the old one in the same moment, so the key that counts can change while calls are
being made: one that is refused is looked up again and, when there is a newer one, the call is carried again. A refused call did
nothing, so that is safe for writes as well.

https://cal.com/docs/api-reference/v2/api-keys/refresh-api-key
"""

from app import clock
from app.calcom.answers import understand
from app.calcom.calling import Answer, Caller
from app.calcom.errors import Away
from app.calcom.protocol import Call
from app.calcom.read_value import mapping, text
from app.calcom.secret_changes import Changes, Unchanged, in_force
from app.calcom.transport import Received, Wire

SETTING = "CALCOM_API_KEY"
REFUSED = 401


class ApiKey:
    """The key of the settings, or the one that took its place since."""

    def __init__(self, set_here: str, changes: Changes | Unchanged) -> None:
        self._set_here, self._changes = set_here, changes

    def now(self, *, look: bool = False) -> str:
        """The key that counts; `look` asks the database in any case."""
        found = in_force(SETTING, self._changes.of(SETTING, now=look), [self._set_here], now=clock.now())
        return found[0] if found else self._set_here


class KeyedWire:
    """Carries calls with the key that counts."""

    def __init__(self, url: str, key: ApiKey, *, only_asks: bool = False) -> None:
        self._url, self._key, self._only_asks = url, key, only_asks
        self._used = ""
        self._wire = Wire(url, "", only_asks=only_asks)

    def __call__(self, call: Call, *, seconds: float) -> Received:
        """The answer, within so many seconds for each try. Raises `Broken`."""
        key = self._key.now()
        received = self._with(key)(call, seconds=seconds)
        if received.status == REFUSED and (newer := self._key.now(look=True)) != key:
            return self._with(newer)(call, seconds=seconds)
        return received

    def _with(self, key: str) -> Wire:
        if key != self._used:
            self._wire, self._used = Wire(self._url, key, only_asks=self._only_asks), key
        return self._wire


class Keys:
    """What can be done with the key itself."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def refresh(self, *, days: int | None = None) -> str:
        """A new key, good for so many days (None: for ever); from now on the old one is refused.

        Raises `Unsure` when the answer got lost: then the old key may be gone, and the new one is known to nobody.
        """
        body: dict[str, object] = {"apiKeyDaysValid": days} if days else {"apiKeyNeverExpires": True}
        return self._caller.write_once(Call("make a new API key", "POST", "/api-keys/refresh", body=body), _key)


_ME = Call("read the profile", "GET", "/me")


def is_good(key: str, *, url: str, seconds: float = 10.0) -> bool:
    """Whether Cal.com takes this key, which need not be the one that counts. Raises `Broken` and what the client raises."""
    received = Wire(url, key)(_ME, seconds=seconds)
    if received.status == REFUSED:
        return False
    understand(_ME, status=received.status, body=received.body)
    return True


def _key(answer: Answer) -> str:
    said = text(mapping(answer.data).get("apiKey"))
    if not said:
        raise Away("Cal.com answered without the new key.")
    return said

"""Which object of the file is which object at Cal.com."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.calcom.account import ACCOUNT, Home
from app.config_as_code.complaints import ConfigError
from app.config_as_code.found import Account, Found
from app.config_as_code.kinds import ORDER, WORDS, Fields, Kind
from app.config_as_code.wishes import Owned, Wish, Wishes

NAMELESS = frozenset({Kind.PRIVATE_LINK})
"""Objects without a natural key: one that says the same is the same."""


class Pairs:
    """Every wish with its object, found by its name among those in the same place. Raises `ConfigError` where that cannot be told."""

    def __init__(self, wanted: Wishes, found: Account) -> None:
        self._wanted = wanted
        self._organisation = found.organisation
        self._left = list(found.objects)
        self._names: dict[Any, Any] = {}
        self._found: dict[int, Found | None] = {}
        self._pairs: list[tuple[Wish, Found | None]] = []
        self._check_organisation()
        for kind in ORDER:
            mine = [wish for wish in wanted.objects if wish.kind == kind]
            # A name that is there is taken by whom it belongs to, before anybody is looked for under an earlier one.
            named = {id(wish): self._take(wish, wish.name) for wish in mine}
            self._pairs += [(wish, self._keep(wish, named[id(wish)] or self._otherwise(wish))) for wish in mine]
        self._check_references(found)

    def each(self) -> Iterator[tuple[Wish, Found | None]]:
        """Every wish with its object, renamed references included."""
        for wish, there in self._pairs:
            yield wish, replace(there, fields=self._renamed(there.fields)) if there else None

    def unwanted(self) -> list[Found]:
        """What stands in a list that the file owns as a whole, and is not in the file."""
        owned = {(one.kind, self.home(one)) for one in self._wanted.whole}
        return [each for each in self._left if (each.kind, each.home) in owned]

    def home(self, wish: Wish | Owned) -> Home | None:
        """Where at Cal.com a wish belongs; None while what it is in is not there yet."""
        if wish.inside is None:
            return Home(organisation=self._organisation) if wish.organisation else ACCOUNT
        there = self._found.get(id(wish.inside))
        return there.inner if there else None

    def owner(self, each: Found) -> Wish | None:
        """What of the file an object at Cal.com is in, if that is in the file."""
        return next((wish for wish, there in self._pairs if there and each.home not in {ACCOUNT, there.home} and there.inner == each.home), None)

    def _take(self, wish: Wish, name: str) -> Found | None:
        home = self.home(wish)
        beside = [each for each in self._left if each.kind == wish.kind and each.home == home]
        fitting = [each for each in beside if each.name == name]
        if wish.id is not None:
            fitting = [each for each in beside if str(each.id) == str(wish.id)] or fitting
        if len(fitting) > 1:
            numbers, what = " or ".join(f"id: {each.id}" for each in fitting), WORDS[wish.kind]
            raise ConfigError(f"{wish.where}: {len(fitting)} {what}s at Cal.com have the name {name}; write {numbers} here to say which one is meant.")
        return self._taken(fitting)

    def _otherwise(self, wish: Wish) -> Found | None:
        """Under an earlier name, or by what it says where it has no name."""
        if wish.kind in NAMELESS:
            home = self.home(wish)
            return self._taken([each for each in self._left if each.kind == wish.kind and each.home == home and each.fields == wish.fields])
        return self._take(wish, wish.was) if wish.was else None

    def _taken(self, fitting: list[Found]) -> Found | None:
        if fitting:
            self._left.remove(fitting[0])
        return fitting[0] if fitting else None

    def _keep(self, wish: Wish, there: Found | None) -> Found | None:
        self._found[id(wish)] = there
        if wish.kind == Kind.SCHEDULE and there is not None:
            self._names[there.id if there.ambiguous else there.name] = wish.id if there.ambiguous and wish.id else wish.name
        return there

    def _renamed(self, fields: Fields) -> Fields:
        """What is found, with schedules under the name that the file gives them."""
        return {name: self._names.get(value, value) if name in {"schedule", "defaultSchedule"} else value for name, value in fields.items()}

    def _check_organisation(self) -> None:
        asked = next((wish for wish in self._wanted.objects if wish.organisation), None)
        if asked is not None and self._organisation is None:
            raise ConfigError(f"{asked.where}: {asked.key} asks for an organisation, and this account is in none at Cal.com.")

    def _check_references(self, found: Account) -> None:
        if Kind.SCHEDULE not in self._wanted.scope.kinds:
            return
        listed = [wish for wish in self._wanted.objects if wish.kind == Kind.SCHEDULE]
        known = {wish.key for wish in listed} | {wish.id for wish in listed} | {name for each in found.of(Kind.SCHEDULE) for name in (each.key, each.id)}
        for wish in self._wanted.objects:
            for name in ("schedule", "defaultSchedule"):
                named = wish.fields.get(name)
                if named is not None and named not in known:
                    names = ", ".join(sorted(str(each) for each in known if isinstance(each, str)))
                    raise ConfigError(f"{wish.where}: {name} of {wish.key} names {named}, which is no schedule; there are: {names}.")

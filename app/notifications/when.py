"""A time as the reader says it: in their zone, in the habits of their language, with the zone named.

Names of zones and languages come from strangers' browsers. One that is not known, or not a name at all, means UTC and
English, said openly in the mail; it never stops a mail.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError, dates
from babel.core import get_global

from app.notifications.language import Words, words_for
from app.timing import zone_of

__all__ = ["When", "elsewhere", "locale_of", "when", "zone_of"]

_LOCALE_NAME = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_SPECIAL_SPACES = str.maketrans({"\u202f": " ", "\u2009": " ", "\u00a0": " "})


@dataclass(frozen=True)
class When:
    """One span of time in one zone, ready to print."""

    day: str
    """"Tuesday, 8 December 2026"."""
    day_inside: str
    """The same inside a sentence: "martes, 8 de diciembre de 2026"."""
    short_day: str
    """"Tue, 8 Dec"."""
    hours: str
    """"11:00–11:30"; names the second day where the span ends on another."""
    zone: str
    """"Berlin time, GMT+1"."""
    city: str
    """"Berlin"; empty for UTC and zones without a place."""
    month: str
    """"Dec", for the calendar leaf."""
    number: str
    """"8", for the calendar leaf."""

    start_time: str
    """"11:00"."""
    language: str
    """The language of these words, as a tag for `lang`."""

    @property
    def short(self) -> str:
        """For a subject: "Tue, 8 Dec, 11:00"."""
        return f"{self.short_day}, {self.start_time}"


def when(start: datetime, *, end: datetime, zone: str, locale: str, words: Words | None = None) -> When:
    """The span from `start` to `end` (aware) in the zone and language with these names; the zone is named in `words`.

    Mails that go out together are about the same time: what was said of it last is kept for the next.
    """
    return _said(start.astimezone(UTC), end.astimezone(UTC), zone_of(zone), locale_of(locale, zone=zone), words or words_for(locale))


@lru_cache(maxsize=256)
def _said(start: datetime, end: datetime, place: tzinfo, language: Locale, words: Words) -> When:
    first, last = start.astimezone(place), end.astimezone(place)
    day = _plain(dates.format_date(first, "full", locale=language))
    return When(
        day=_capital(day),
        day_inside=day,
        short_day=_capital(_short_day(first, language)),
        hours=_hours(first, last, language),
        zone=_zone_name(first, place, language, words),
        city=_city(place, language),
        month=_plain(dates.format_skeleton("MMM", first, locale=language)).rstrip("."),
        number=str(first.day),
        start_time=_time(first, language),
        language=str(language).replace("_", "-"),
    )


def elsewhere(start: datetime, *, end: datetime, zone: str, than: str, locale: str, words: Words | None = None) -> str:
    """The same span at another place ("10:00–10:30 in London"), or nothing where the clocks show the same.

    `than` is the zone the reader already sees; the day is named where it is another.
    """
    here, there = start.astimezone(zone_of(than)), start.astimezone(zone_of(zone))
    if not zone or here.utcoffset() == there.utcoffset():
        return ""
    words = words or words_for(locale)
    habits = locale_of(locale, zone=than)  # one way to write the hours in one mail: the reader's
    span = _said(start.astimezone(UTC), end.astimezone(UTC), zone_of(zone), habits, words)
    hours = span.hours if here.date() == there.date() else f"{span.short_day}, {span.hours}"
    return words.say("{hours} in {city}", hours=hours, city=span.city) if span.city else f"{hours} {span.zone}"


def locale_of(name: str, *, zone: str = "") -> Locale:
    """The language and its habits; English when it is not known.

    Plain "en" says nothing about habits (Cal.com sends it for everyone who reads English), so the country of the zone
    decides: a reader in Berlin gets "8 December, 11:00", one in New York "December 8, 11:00 AM".
    """
    name = name.strip()
    found = _parse(name.replace("-", "_")) if _LOCALE_NAME.fullmatch(name) else None
    found = found or (_parse(re.split("[-_]", name)[0]) if _LOCALE_NAME.fullmatch(name) else None) or Locale("en")
    if found.language != "en" or found.territory:
        return found
    place = str(zone_of(zone))
    country = get_global("zone_territories").get(place, "")
    return (_parse(f"en_{country}") if country else None) or Locale.parse("en_150" if place.startswith(("Europe/", "UTC")) else "en_001")


@lru_cache(maxsize=512)
def _parse(name: str) -> Locale | None:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return None


def _hours(first: datetime, last: datetime, locale: Locale) -> str:
    if first.date() != last.date():
        return f"{_time(first, locale)} – {_short_day(last, locale)}, {_time(last, locale)}"
    pattern = "hm" if "h" in str(locale.time_formats["short"]) else "Hm"
    try:
        return _plain(dates.format_interval(first, last, pattern, tzinfo=first.tzinfo, locale=locale))
    except NotImplementedError:  # Babel cannot join times in languages that name the part of the day, such as zh_Hant
        return f"{_time(first, locale)}–{_time(last, locale)}"


def _time(moment: datetime, locale: Locale) -> str:
    return _plain(dates.format_time(moment, "short", locale=locale))


def _short_day(moment: datetime, locale: Locale) -> str:
    return _plain(dates.format_skeleton("MMMEd", moment, locale=locale))


def _zone_name(moment: datetime, zone: tzinfo, locale: Locale, words: Words) -> str:
    minutes = round((moment.utcoffset() or UTC.utcoffset(None)).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    offset = f"GMT{'+' if minutes >= 0 else '-'}{hours}" + (f":{rest:02}" if rest else "") if minutes else "GMT"
    city = _city(zone, locale)
    if not city:
        return "UTC" if not minutes else f"UTC{offset.removeprefix('GMT')}"
    return words.say("{city} time, {offset}", city=city, offset=offset)


def _city(zone: tzinfo, locale: Locale) -> str:
    """The city a zone is named after, in the language; nothing for zones that are only an offset."""
    name = get_global("zone_aliases").get(str(zone), str(zone))
    if "/" not in name or name.startswith(("Etc/", "SystemV/")):
        return ""
    known = (locale.time_zones.get(each, {}).get("city") for each in (name, *_former_names().get(name, ())))
    return str(next(filter(None, known), "") or name.rsplit("/", 1)[1].replace("_", " "))


@cache
def _former_names() -> dict[str, list[str]]:
    """Under which names a zone was known before: the translations of its city still stand there (Kiev, Calcutta)."""
    found: dict[str, list[str]] = {}
    for former, name in get_global("zone_aliases").items():
        found.setdefault(name, []).append(former)
    return found


def _plain(text: str) -> str:
    """Babel separates with narrow spaces that some mail programs show as boxes."""
    return text.translate(_SPECIAL_SPACES)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""What a mail says of a booking, in words that are safe to print: what, where, with whom, how to join.

Names and titles come from strangers, and a booking form will send a mail to any address: a "name" with a web address
in it is an advertisement that wants to travel under the owner's name. Such a name is left out.
"""

import re

from app.bookings.models import Booking
from app.mail.lines import one_line
from app.notifications.language import ENGLISH, Words

LONGEST_NAME = 60
LONGEST_TITLE = 120
LONGEST_REASON = 400

_LINK = re.compile(r"(?:https?:|www\.|://|\w\.(?:com|net|org|info|biz|top|xyz|ru|cn|io|me|link|site|shop|online)\b)", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"https?://[!-~]+")
_CALL = re.compile(r"integrations:|conferencing$", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d ()/.-]{6,24}")


def person(name: str) -> str:
    """A name for print, or nothing when it is no name."""
    name = one_line(name, limit=LONGEST_NAME)
    return "" if _LINK.search(name) else name


def what(booking: Booking, words: Words = ENGLISH) -> str:
    """What was booked: the title without Cal.com's "between this person and that one", which the reader knows."""
    title = one_line(booking.title, limit=LONGEST_TITLE * 4)
    for booker in (one_line(booking.booker_name, limit=LONGEST_TITLE * 4), one_line(booking.booker_name, limit=LONGEST_NAME)):
        if booker and title.endswith(f" and {booker}") and " between " in title:
            title = title.rsplit(" between ", 1)[0]
            break
    title = one_line(title, limit=LONGEST_TITLE)
    return title if title and not _LINK.search(title) else words.say("Your appointment")


def join_url(booking: Booking) -> str:
    """The address of the call, or nothing when the meeting is not a call or its address is none."""
    for candidate in (booking.meeting_url.strip(), booking.location.strip()):
        if _WEB_ADDRESS.fullmatch(candidate):
            return candidate
    return ""


def where(booking: Booking, words: Words = ENGLISH) -> str:
    """Where it takes place: an address, "By phone", "By video"; nothing when it is not known."""
    location = booking.location.strip()
    if _CALL.search(location) or location.lower().startswith(("http:", "https:")) or (not location and join_url(booking)):
        return words.say("By video")
    if _PHONE.fullmatch(location):
        return words.say("By phone, {number}", number=one_line(location))
    return one_line(location, limit=200)


def reason(booking: Booking) -> str:
    """Why it was cancelled or rejected, in the words of who did it."""
    return one_line(booking.reason, limit=LONGEST_REASON)

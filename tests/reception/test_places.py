import pytest

from app.calcom.types import Place
from app.hosts.models import EventType
from app.reception.places import chosen, offered, summary
from app.reception.questions import Wrong


def kind(*places):
    return EventType(locations=[{"type": name, "value": value, "public": public} for name, value, public in places])


def test_ways_to_meet_are_told_in_words_and_what_is_not_public_stays_private():
    found = offered(
        kind(
            ("address", "20 Quay Street", True), ("address", "My flat", False), ("integration", "google-meet", False), ("phone", "+4420", True),
            ("phone", "+4420", False), ("attendeePhone", "", False), ("attendeeAddress", "", False), ("attendeeDefined", "", False), ("link", "x", False),
        )
    )  # fmt: skip
    assert [way.words for way in found] == [
        "20 Quay Street", "In person", "Google Meet", "By phone: call +4420", "By phone", "By phone: we call you", "At your address",
        "At a place you choose", "Online",
    ]  # fmt: skip


def test_a_single_fixed_place_is_neither_asked_nor_sent():
    ways = offered(kind(("link", "https://x", False)))
    assert chosen(ways, "", "") is None
    assert chosen([], "", "") is None


def test_of_several_places_one_has_to_be_chosen():
    ways = offered(kind(("link", "https://x", False), ("integration", "zoom", False), ("unknown", "", False)))
    assert chosen(ways, "1", "") == Place(type="integration", value="zoom")
    assert chosen(ways, "2", "") is None
    with pytest.raises(Wrong, match="Choose how we meet"):
        chosen(ways, "9", "")


def test_what_the_visitor_has_to_say_is_checked():
    by_phone, at_home = offered(kind(("attendeePhone", "", False))), offered(kind(("attendeeAddress", "", False)))
    assert chosen(by_phone, "", "+44 20 7946 0000") == Place(type="attendeePhone", value="+442079460000")
    assert chosen(at_home, "", " 1 Quay Street ") == Place(type="attendeeAddress", value="1 Quay Street")
    for ways, said, words in ((by_phone, "", "phone number"), (by_phone, "12", "country code"), (at_home, "", "where"), (at_home, "x" * 1001, "too long")):
        with pytest.raises(Wrong, match=words):
            chosen(ways, "", said)


def test_a_card_names_the_place_or_the_choice():
    assert summary(kind(("address", "20 Quay Street", True))) == "20 Quay Street"
    assert summary(kind(("link", "x", False), ("link", "y", False), ("attendeePhone", "", False))) == "Online, By phone: we call you"
    assert summary(kind()) == ""

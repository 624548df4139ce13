"""What a mail says of a booking, and what it leaves out."""

import pytest

from app.notifications.sample import sample_booking
from app.notifications.wording import join_url, person, what, where


@pytest.mark.parametrize(
    "name",
    ["WIN MONEY http://evil.example", "see www.evil.example", "Claim at evil.com now", "bit.ly/x evil.top", "x" * 30 + " https://evil"],
)
def test_a_name_that_advertises_is_no_name(name: str) -> None:
    assert person(name) == ""


@pytest.mark.parametrize("name", ["Alex Example", "Dr. A. Example", "J.R.R. Sample", "O'Neil", "李小龙", "Ana-María", "St.John"])
def test_an_ordinary_name_stays(name: str) -> None:
    assert person(name) == name


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("First consultation between Robin Sample and Alex Example", "First consultation"),
        ("Talk between friends between Robin Sample and Alex Example", "Talk between friends"),
        ("Space between us", "Space between us"),
        ("Yoga between meals and Alex", "Yoga between meals and Alex"),
        ("", "Your appointment"),
        ("Buy at http://evil.example", "Your appointment"),
        ("Talk\r\nBcc: x", "Talk Bcc: x"),
    ],
)
def test_the_title_loses_what_the_reader_knows(title: str, shown: str) -> None:
    booking = sample_booking("confirmation")
    booking.title = title
    assert what(booking) == shown


def test_an_advertisement_in_the_bookers_name_does_not_reach_the_title() -> None:
    booking = sample_booking("confirmation")
    booking.booker_name = "WIN http://evil.example " + "x" * 100_000
    booking.title = f"First consultation between Robin Sample and {booking.booker_name}"
    assert "evil" not in what(booking)


@pytest.mark.parametrize(
    ("location", "meeting_url", "place", "join"),
    [
        ("12 High Street, London", "", "12 High Street, London", ""),
        ("12 High Street, London", "https://video.example.com/a", "12 High Street, London", "https://video.example.com/a"),
        ("integrations:daily", "https://video.example.com/a", "By video", "https://video.example.com/a"),
        ("integrations:google:meet", "", "By video", ""),
        ("https://video.example.com/a", "", "By video", "https://video.example.com/a"),
        ("", "https://video.example.com/a", "By video", "https://video.example.com/a"),
        ("+44 20 7946 0000", "", "By phone, +44 20 7946 0000", ""),
        ("", "", "", ""),
        ("HQ", "javascript:alert(1)", "HQ", ""),
        ("http://a b", "", "By video", ""),
        ("https://x\r\nBcc: y", 'https://x"onclick=1 ', "By video", 'https://x"onclick=1'),
    ],
)
def test_where_and_how_to_join(location: str, meeting_url: str, place: str, join: str) -> None:
    booking = sample_booking("confirmation")
    booking.location, booking.meeting_url = location, meeting_url
    assert (where(booking), join_url(booking)) == (place, join)

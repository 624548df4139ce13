import pytest

from app.hosts.providers import calendar, integration, provider


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("integrations:daily", "Cal Video"),
        ("integrations:google:meet", "Google Meet"),
        ("integrations:some_new:video", "Some new video"),
        ("https://app.cal.com/video/abc", "Cal Video"),
        ("https://meet.google.com/abc", "Google Meet"),
        ("https://us02web.zoom.us/j/1", "Zoom"),
        ("https://notzoom.us/j/1", ""),
        ("https://[", ""),
        ("1 Quay Street", ""),
        ("", ""),
    ],
)
def test_the_app_behind_a_place(location, name):
    assert provider(location) == name


def test_names_of_integrations_and_calendars():
    assert integration("google-meet") == "Google Meet"
    assert integration("new-thing") == "New thing"
    assert calendar("google_calendar") == "Google Calendar"
    assert calendar("own_calendar") == "Own calendar"

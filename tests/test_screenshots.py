"""`make screenshots` shows every page that there is, or it is said why one is not shown."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from werkzeug.routing import MapAdapter

from app import create_app
from app.config import Settings
from tools.screenshots import README, SHOTS

NO_PICTURE: Mapping[str, str] = {
    "admin.calendar_csv": "a file",
    "admin.calendar_xlsx": "a file",
    "admin.pulse": "an answer for our own script",
    "admin.settings_preview_colour": "a stylesheet",
    "api.availability": "JSON",
    "api.booking": "JSON",
    "api.booking_sync": "JSON",
    "api.bookings": "JSON",
    "api.document": "JSON",
    "api.event_type_sync": "JSON",
    "api.event_types": "JSON",
    "api.newest_booking_sync": "JSON",
    "api.newest_event_type_sync": "JSON",
    "asset": "a file",
    "favicon": "a picture already",
    "feeds.calendar": "a file",
    "health.alive": "JSON",
    "health.ready": "JSON",
    "metrics.metrics": "for a monitor",
    "public.calendar_file": "a file",
    "public.robots": "for crawlers",
    "public.sitemap": "for crawlers",
    "public.success_status": "an answer for our own script",
    "static": "files",
    "webhooks.health": "JSON",
}
WORDS = dict.fromkeys(("reference", "cancelled", "pending", "long"), "K7M4QX2R") | dict.fromkeys(("leave", "join", "link"), "token") | {"day": "2026-12-08"}
NUMBERS = ("note", "mail", "dead_mail", "planned_mail", "skipped_mail", "delivery", "errand", "member")


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> MapAdapter:
    """The address map of the site, the demo's pages too."""
    app = create_app(
        Settings(SECRET_KEY="k" * 40, INSTANCE_PATH=tmp_path_factory.mktemp("map"), CALCOM_LINK="acme/intro", CALCOM_WEBHOOK_SECRET=["s" * 12], demo=True)
    )
    return app.url_map.bind("localhost")


def test_every_page_has_a_picture_or_a_reason(addresses: MapAdapter) -> None:
    pages = {rule.endpoint for rule in addresses.map.iter_rules() if "GET" in (rule.methods or ())}
    paths = [path for shot in SHOTS if shot.name != "not-found" for path in (shot.path, shot.shows) if path]
    shown = {addresses.match(path.partition("?")[0].format(**WORDS, **dict.fromkeys(NUMBERS, "1")), method="GET")[0] for path in paths}
    assert pages - shown - set(NO_PICTURE) == set(), "add a shot to tools/shots, or say here why there is nothing to see"
    assert shown & set(NO_PICTURE) == set()
    assert set(NO_PICTURE) - pages == set()


def test_names_of_pictures_are_unique_and_the_readme_s_exist() -> None:
    names = Counter(shot.name for shot in SHOTS)
    assert [name for name, times in names.items() if times > 1] == []
    assert set(README.values()) <= set(names)


def test_the_tools_stay_small() -> None:
    root = Path(__file__).resolve().parent.parent
    assert [path.name for path in (root / "tools").rglob("*.py") if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []

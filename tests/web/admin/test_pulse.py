"""Open pages ask `/admin/pulse`: an empty 304 while nothing was written, news after a commit."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from app.accounts.models import Role

Browser = Callable[..., FlaskClient]


def stamp_in(page: str) -> str:
    found = re.search(r'data-pulse="([^"]+)"', page)
    assert found
    return found[1]


def test_a_page_carries_the_stamp_of_the_moment_before_it_was_read(sign_in: Browser, book: Callable[..., str]) -> None:
    browser = sign_in()
    stamp = stamp_in(browser.get("/admin/calendar").text)
    same = browser.get("/admin/pulse", headers={"If-None-Match": f'"{stamp}"'})
    assert (same.status_code, same.data) == (304, b"")
    book()
    other = browser.get("/admin/pulse", headers={"If-None-Match": f'"{stamp}"'})
    assert other.status_code == 200
    assert other.json is not None
    assert other.json["stamp"] not in {"", stamp}
    assert other.headers["ETag"] == f'"{other.json["stamp"]}"'
    assert other.headers["Cache-Control"] == "no-store"


def test_every_role_may_ask_and_nobody_else(sign_in: Browser, client: FlaskClient) -> None:
    assert sign_in(role=Role.HOST, email="host@example.com").get("/admin/pulse").status_code == 200
    assert client.get("/admin/pulse").location.startswith("/admin/sign-in")

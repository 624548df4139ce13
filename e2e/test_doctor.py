"""The owner asks the doctor: all is well, then something is broken at Cal.com and the page says what to do."""

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Page, expect

from app.cli.demo import ENGINE_KEY
from e2e.axe import check_axe
from e2e.demo import OWNER, Demo
from e2e.pages.doctor import DoctorPage
from e2e.pages.sign_in import SignInPage

HEADERS = {"Authorization": f"Bearer {ENGINE_KEY}"}


def change_webhook(demo: Demo, **values: object) -> None:
    [webhook] = requests.get(f"{demo.calcom_url}/v2/webhooks", headers=HEADERS, timeout=10).json()["data"]
    requests.patch(f"{demo.calcom_url}/v2/webhooks/{webhook['id']}", headers=HEADERS, json=values, timeout=10).raise_for_status()


@pytest.fixture
def switched_off(demo: Demo) -> Iterator[None]:
    """Cal.com's webhook is off for as long as the test lasts."""
    change_webhook(demo, active=False)
    yield
    change_webhook(demo, active=True)


def test_the_doctor_finds_a_fresh_demo_well(demo: Demo, page: Page) -> None:
    SignInPage(page, demo.site_url).open().sign_in(OWNER, demo.password)
    doctor = DoctorPage(page, demo.site_url).open()
    check_axe(page, state="before the first examination")
    doctor.examine()
    expect(doctor.finding("Round trip")).to_contain_text("changed nothing")
    expect(doctor.finding("Address of the webhook")).to_contain_text("Good")
    check_axe(page, state="examined")


def test_what_is_broken_is_named_with_what_to_do(demo: Demo, page: Page, switched_off: None) -> None:
    SignInPage(page, demo.site_url).open().sign_in(OWNER, demo.password)
    doctor = DoctorPage(page, demo.site_url).open()
    doctor.examine()
    expect(doctor.whole).to_contain_text("broken: Switched on")
    doctor.whole.get_by_role("link", name="Switched on").click()
    expect(doctor.finding("Switched on")).to_be_in_viewport()
    expect(page.get_by_role("region", name="What to do: Switched on")).to_contain_text("curl -X PATCH")
    check_axe(page, state="broken")

"""The browser of the tests: the one that `tools/browser.py` finds on this machine."""

from typing import Any

import pytest

from tools import browser as browsers


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Without a browser the tests fail and say how to get one; they are never skipped."""
    try:
        path = browsers.find()
    except browsers.NoBrowser as error:
        pytest.fail(str(error), pytrace=False)
    if path is None:
        pytest.fail(browsers.CHOICES, pytrace=False)
    return browser_type_launch_args | {"executable_path": str(path)}

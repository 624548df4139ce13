"""What every browser test stands on: a browser, and a running demo on free ports.

`demo` is one demo for all tests of a run (`demo.site_url`, `demo.calcom_url`, `demo.calcom(method, path, json)`,
`demo.email`, `demo.password`, `demo.flask(…)`; see `tools/demo.py`). `calcom` is the same with all dials of the simulated
Cal.com back at rest. `fresh_demo(**settings)` starts one of its own, for tests that stop, kill or configure it.
pytest-playwright brings `page`, `context`, `browser`; addresses such as `page.goto("/book")` lead to the demo.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tools import browser as browsers
from tools.demo import Demo, running_demo


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser of this machine; without one the tests fail and say how to get it."""
    try:
        path = browsers.find()
    except browsers.NoBrowser as error:
        pytest.fail(str(error), pytrace=False)
    if path is None:
        pytest.fail(browsers.CHOICES, pytrace=False)
    return browser_type_launch_args | {"executable_path": str(path)}


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """The demo of this run."""
    with running_demo() as found:
        yield found


@pytest.fixture(scope="session")
def base_url(demo: Demo) -> str:
    """Where relative addresses lead."""
    return demo.site_url


@pytest.fixture
def calcom(demo: Demo) -> Iterator[Demo]:
    """The demo with a simulated Cal.com that has forgotten everything, before and after the test."""
    demo.calcom("POST", "/reset")
    yield demo
    demo.calcom("POST", "/reset")


@pytest.fixture
def fresh_demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """`fresh_demo(NAME="value")`: a demo of the test's own in `tmp_path`; `.stop()`, `.kill()` and `.start()` as you like."""
    with ExitStack() as stack:
        yield lambda **environ: stack.enter_context(running_demo(tmp_path / "instance", **environ))

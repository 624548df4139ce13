"""No page may keep anybody out: axe finds nothing, in light and in dark, frames included.

A scheme changes colours and nothing else: all rules are asked in light, those about colours in dark again.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

SCRIPT: str = Axe().axe_script
RUN = "(options) => axe.run(document, options).then((found) => found.violations)"
OPTIONS: Mapping[str, Any] = {"resultTypes": ["violations"], "iframes": False}
"""Each frame is looked at by itself: axe would talk to it by messages, and those belong to the embed."""
COLOURS: Mapping[str, Any] = {**OPTIONS, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def check_axe(page: Page, *, state: str = "") -> None:
    """Fails with axe's words unless the page has 0 violations in both colour schemes."""
    page.wait_for_load_state()  # a document that has only just come has no root yet
    found = []
    for scheme, options in (("light", OPTIONS), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a word of two
        for frame in _shown(page):
            frame.wait_for_load_state()
            if not frame.evaluate("'axe' in window"):
                frame.evaluate(SCRIPT)
            found += [f"{frame.url} {state} in {scheme}: {_words(violation)}" for violation in frame.evaluate(RUN, options)]
    page.emulate_media(color_scheme="light")
    assert not found, "\n".join(found)


def _shown(page: Page) -> Iterator[Frame]:
    """The page and its visible frames, but for those in which nothing may run, axe neither."""
    for frame in page.frames:
        if frame == page.main_frame:
            yield frame
        elif frame.url.startswith("http"):
            element = frame.frame_element()
            if element.is_visible() and "allow-scripts" in (element.get_attribute("sandbox") or "allow-scripts"):
                yield frame


def _words(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    places = "; ".join(f"{node['target']} {node['html'][:160]} {node.get('failureSummary', '')[:300]}" for node in nodes[:3])
    return f"{violation['id']} ({violation['help']}) at {len(nodes)}: {places}"

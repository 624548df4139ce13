"""No page may keep anybody out: axe finds nothing, in light and in dark, frames included."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

_axe = Axe()
OPTIONS = {"resultTypes": ["violations"], "iframes": False}
"""Each frame is looked at by itself: axe would talk to it by messages, and those belong to the embed."""


def check_axe(page: Page, *, state: str = "") -> None:
    """Fails with axe's words unless the page has 0 violations in both colour schemes."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for frame in _shown(page):
            results = _axe.run(frame, options=OPTIONS)
            found += [f"{frame.url} {state} in {scheme}: {_words(violation)}" for violation in results.response["violations"]]
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

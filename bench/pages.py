"""How light and how steady the booking page is, in a cold Chromium, and how fast it is served.

Measures, on a demo that it starts itself:
- what `/book` costs of our own: the page, one rendered stylesheet, one script (the favicon apart), as they travel, compressed;
- how far things on the page jump while a slow embed arrives, at 390 and 1280 px: first its script 3 s late, then its frame;
- whether the direct link to the booking page can be used when no script runs at all;
- how many times a second `/book` is served, as a share of a "hello" on the same gunicorn with the same settings.

Targets: at most 14 kB (14,336 bytes) with headers, in at most 3 requests; a cumulative layout shift of at most 0.01; the link
usable. The share is printed to be compared between versions; absolute numbers say more about the machine than about the page.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from flask import Flask
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from app.cli.server import Server
from bench.load import drive
from tools import browser as browsers
from tools.demo import Demo, running_demo
from tools.services import free_port, wait_for_port

ROOT = Path(__file__).resolve().parents[1]
MOST_BYTES = 14 * 1024
MOST_REQUESTS = 3
MOST_SHIFT = 0.01
LATE_MS = 3000
WIDTHS = {390: 844, 1280: 900}
CONNECTIONS = 8
PATIENCE_MS = 60_000
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts.push(one.value);
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Transfer:
    """The answers of our own origin, as they came over the wire."""

    own: str
    urls: dict[str, str] = field(default_factory=dict)
    wire: dict[str, int] = field(default_factory=dict)

    def listen(self, session: CDPSession) -> None:
        """Begins to count."""
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    @property
    def counted(self) -> dict[str, int]:
        """Bytes with headers by address, our own and without the favicon."""
        return {url: self.wire.get(number, 0) for number, url in self.urls.items() if url.startswith(self.own) and "favicon" not in url}

    def _answered(self, event: dict[str, Any]) -> None:
        self.urls[event["requestId"]] = event["response"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        self.wire[event["requestId"]] = int(event["encodedDataLength"])


def transfer(browser: Browser, demo: Demo) -> dict[str, int]:
    """What a first visitor's browser fetches from us for `/book`."""
    page = browser.new_page()
    counter = Transfer(demo.site_url)
    counter.listen(page.context.new_cdp_session(page))
    page.goto(f"{demo.site_url}/book", wait_until="networkidle")
    _wait_until_ready(page)
    page.close()
    return counter.counted


def shift(browser: Browser, demo: Demo, *, width: int, dials: dict[str, int]) -> float:
    """The sum of all layout shifts until the slow calendar stands."""
    demo.calcom("PUT", "/dials", dials)
    page = browser.new_page(viewport={"width": width, "height": WIDTHS[width]})
    page.add_init_script(SHIFTS)
    page.goto(f"{demo.site_url}/book", wait_until="commit")
    _wait_until_ready(page)
    page.wait_for_timeout(700)
    found: list[float] = page.evaluate("window.shifts")
    page.close()
    demo.calcom("PUT", "/dials", dict.fromkeys(dials, 0))
    return sum(found)


def _wait_until_ready(page: Page) -> None:
    page.get_by_role("status").get_by_text("Pick a day").wait_for(timeout=PATIENCE_MS)
    page.get_by_title("Calendar of").content_frame.get_by_role("region", name="Free times on").wait_for(timeout=PATIENCE_MS)


def link_works_without_scripts(browser: Browser, demo: Demo) -> bool:
    """Whether a click on the direct link leads to the booking page while no script may run."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo.site_url}/book")
    link = page.get_by_role("link", name="Open the booking page")
    visible = link.is_visible()
    link.click(timeout=PATIENCE_MS)
    page.wait_for_url(f"{demo.calcom_url}/**", timeout=PATIENCE_MS)
    context.close()
    return visible


class Hello(Server):
    """The site's own server with the site's own settings around an app that says hello."""

    def load(self) -> Flask:
        """The smallest answer there is."""

        def hello(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "5")])
            return [b"hello"]

        app: Any = hello
        found: Flask = app
        return found

    def _start_jobs(self, worker: Any) -> None:
        """There are none."""


@contextmanager
def hello_server() -> Iterator[int]:
    """The port of a running `Hello`."""
    port = free_port()
    child = subprocess.Popen([sys.executable, str(Path(__file__)), "--hello", str(port)], cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        wait_for_port(port, child)
        yield port
    finally:
        child.terminate()
        child.wait(30)


def share_of_hello(demo: Demo, *, rounds: int, requests: int) -> tuple[float, float, float]:
    """`/book` and hello per second, and the median of their ratio in rounds that take turns."""
    book, hello, ratios = [], [], []
    with hello_server() as port:
        for number in range(rounds + 1):
            one = drive(demo.port, _gets(demo.port, "/book", requests), connections=CONNECTIONS)
            other = drive(port, _gets(port, "/", requests * 4), connections=CONNECTIONS)
            if one.failures or other.failures:
                raise SystemExit(f"/book failed {one.failures} times, hello {other.failures} times")
            if number:  # the first round warms up
                book.append(one.per_second)
                hello.append(other.per_second)
                ratios.append(one.per_second / other.per_second)
    return statistics.median(book), statistics.median(hello), statistics.median(ratios)


def _gets(port: int, path: str, number: int) -> Iterator[bytes]:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    return (request for _ in range(number))


def measure(*, short: bool) -> dict[str, float]:
    """Everything, printed as it comes."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder) / "instance") as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(browsers.get()), args=list(QUIET))
        parts = transfer(browser, demo)
        for url, size in parts.items():
            print(f"{size:>7} B  {url.removeprefix(demo.site_url)}")
        found |= {"bytes": sum(parts.values()), "requests": len(parts)}
        print(f"{found['bytes']:>7.0f} B  in {len(parts)} requests, compressed, with headers (target {MOST_BYTES} in {MOST_REQUESTS})")
        for width in WIDTHS:
            late = [shift(browser, demo, width=width, dials={dial: LATE_MS}) for dial in ("script_delay_ms", "delay")]
            found[f"cls_{width}"] = max(late)
            print(f"layout shift at {width} px: {late[0]:.4f} with the script 3 s late, {late[1]:.4f} with the frame 3 s late (target {MOST_SHIFT})")
        found["direct_link"] = float(link_works_without_scripts(browser, demo))
        print(f"direct link without scripts: {'works' if found['direct_link'] else 'does not work'}")
        browser.close()
        book, hello, found["share_of_hello"] = share_of_hello(demo, rounds=3 if short else 9, requests=300 if short else 1000)
        print(f"/book {book:.0f}/s, hello {hello:.0f}/s at {CONNECTIONS} connections: a share of {found['share_of_hello']:.3f}")
    return found


def good(found: dict[str, float]) -> bool:
    """Whether every target is met."""
    steady = all(found[f"cls_{width}"] <= MOST_SHIFT for width in WIDTHS)
    return found["bytes"] <= MOST_BYTES and found["requests"] <= MOST_REQUESTS and steady and bool(found["direct_link"])


def main() -> int:
    """Runs everything, prints it, and says by the exit status whether the targets are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--short", action="store_true", help="under a minute")
    parser.add_argument("--hello", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hello:
        Hello(Flask("hello"), host="127.0.0.1", port=options.hello).run()
        return 0
    found = measure(short=options.short)
    print("RESULT " + " ".join(f"{name}={value:.4g}" if value % 1 else f"{name}={value:.0f}" for name, value in found.items()))
    return 0 if good(found) else 1


if __name__ == "__main__":
    sys.exit(main())
